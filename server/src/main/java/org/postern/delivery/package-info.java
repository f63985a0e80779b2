/** Attempts: takes a message from the queue to where its recipients' routes lead. So far into Maildirs; next hops come later. */
@NullMarked
package org.postern.delivery;

import org.jspecify.annotations.NullMarked;
