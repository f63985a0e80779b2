/** The checks of what a client says about itself: its name in the greeting, and the domain that it sends from. */
@NullMarked
package org.postern.greeting;

import org.jspecify.annotations.NullMarked;
