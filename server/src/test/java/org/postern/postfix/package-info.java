/** Tests. */
@NullMarked
package org.postern.postfix;

import org.jspecify.annotations.NullMarked;
