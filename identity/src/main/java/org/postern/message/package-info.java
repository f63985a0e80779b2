/**
 * RFC 5322 headers as octets, in their order, without loss: what finds loops and writes traces now, and what DKIM, DMARC and DSN read
 * and write later; and messages made to fit those who take them: {@link org.postern.message.SevenBit}.
 */
@NullMarked
package org.postern.message;

import org.jspecify.annotations.NullMarked;
