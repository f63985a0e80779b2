/** Tests. */
@NullMarked
package org.postern.route;

import org.jspecify.annotations.NullMarked;
