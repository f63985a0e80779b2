@NullMarked
package org.postern.program;

import org.jspecify.annotations.NullMarked;
