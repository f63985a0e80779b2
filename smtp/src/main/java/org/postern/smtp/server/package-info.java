/**
 * An SMTP server to embed: {@link org.postern.smtp.server.SmtpServer} listens, a session per connection speaks RFC 5321 on a
 * virtual thread of its own, and a {@link org.postern.smtp.server.SessionHandler} decides what is accepted and keeps it.
 */
@NullMarked
package org.postern.smtp.server;

import org.jspecify.annotations.NullMarked;
