/** Loads with figures: idle sessions, large messages, the start. Run by {@code bench/run}. */
@NullMarked
package org.postern.bench;

import org.jspecify.annotations.NullMarked;
