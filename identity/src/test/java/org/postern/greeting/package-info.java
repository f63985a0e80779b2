@NullMarked
package org.postern.greeting;

import org.jspecify.annotations.NullMarked;
