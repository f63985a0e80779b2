/**
 * Where programs on this host leave mail when no server answers: a directory that everybody may write into and nobody else may read, and
 * who picks up what lies there.
 */
@NullMarked
package org.postern.maildrop;

import org.jspecify.annotations.NullMarked;
