@NullMarked
package org.postern.filter;

import org.jspecify.annotations.NullMarked;
