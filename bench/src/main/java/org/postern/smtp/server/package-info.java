/** Benches of what the server keeps to itself. */
@NullMarked
package org.postern.smtp.server;

import org.jspecify.annotations.NullMarked;
