/** Tests. */
@NullMarked
package org.postern.signing;

import org.jspecify.annotations.NullMarked;
