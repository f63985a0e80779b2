/** Tests. */
@NullMarked
package org.postern.door;

import org.jspecify.annotations.NullMarked;
