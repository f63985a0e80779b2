@NullMarked
package org.postern.iprev;

import org.jspecify.annotations.NullMarked;
