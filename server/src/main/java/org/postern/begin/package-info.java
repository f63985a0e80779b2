/** A server's first day: its first configuration, and the records of DNS that mail to it and from it needs. */
@NullMarked
package org.postern.begin;

import org.jspecify.annotations.NullMarked;
