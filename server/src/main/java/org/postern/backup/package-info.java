/**
 * The spool's messages as files that a person can read, and back again: {@link org.postern.backup.Export} writes them,
 * {@link org.postern.backup.Import} puts them into a spool.
 */
@NullMarked
package org.postern.backup;

import org.jspecify.annotations.NullMarked;
