/**
 * SMTP's and LMTP's client side: {@link org.postern.smtp.client.SmtpClient} greets a server, and the
 * {@link org.postern.smtp.client.ClientSession} hands it messages as far as it says that it can take them.
 */
@NullMarked
package org.postern.smtp.client;

import org.jspecify.annotations.NullMarked;
