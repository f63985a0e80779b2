/**
 * What those say who sent a message on: the Authenticated Received Chain, RFC 8617. {@link org.postern.arc.ChainCheck} verifies one,
 * {@link org.postern.arc.Sealing} adds to it.
 */
@NullMarked
package org.postern.arc;

import org.jspecify.annotations.NullMarked;
