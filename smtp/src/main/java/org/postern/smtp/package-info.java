/**
 * SMTP's grammar and values (RFC 5321 and the extensions that Postern speaks): commands, replies, paths, domains, address
 * literals, capabilities. Everything here is immutable and safe for use by many threads; text from the network is parsed from
 * octets, and a rule that the other side broke comes back as a value (a {@link org.postern.smtp.Reply}), not as an exception.
 */
@NullMarked
package org.postern.smtp;

import org.jspecify.annotations.NullMarked;
