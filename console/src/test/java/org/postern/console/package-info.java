/** Tests of the console. */
@NullMarked
package org.postern.console;

import org.jspecify.annotations.NullMarked;
