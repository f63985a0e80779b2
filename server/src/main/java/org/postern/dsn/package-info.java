/** Reports of delivery: RFC 3464, RFC 6522, RFC 6533. */
@NullMarked
package org.postern.dsn;

import org.jspecify.annotations.NullMarked;
