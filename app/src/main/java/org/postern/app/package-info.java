/** The program: its commands, and the one place that wires everything together and ends the process. */
@NullMarked
package org.postern.app;

import org.jspecify.annotations.NullMarked;
