@NullMarked
package org.postern.control;

import org.jspecify.annotations.NullMarked;
