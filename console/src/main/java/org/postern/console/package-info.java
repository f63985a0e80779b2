/** HTTP for those who watch a server: what it counts, how it fares, whether it is well. */
@NullMarked
package org.postern.console;

import org.jspecify.annotations.NullMarked;
