@NullMarked
package org.postern.dns;

import org.jspecify.annotations.NullMarked;
