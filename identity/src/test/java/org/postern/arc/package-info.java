@NullMarked
package org.postern.arc;

import org.jspecify.annotations.NullMarked;
