/** The address of a client, its name in reverse DNS, and back: RFC 8601 §2.7.3. Says nothing about what the client calls itself. */
@NullMarked
package org.postern.iprev;

import org.jspecify.annotations.NullMarked;
