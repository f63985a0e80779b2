/** Receiving: ties a session to who exists, to the checks of a message, and to the place that keeps it. */
@NullMarked
package org.postern.door;

import org.jspecify.annotations.NullMarked;
