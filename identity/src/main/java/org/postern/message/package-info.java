/**
 * RFC 5322 headers as octets, in their order, without loss: what finds loops and writes traces now, and what DKIM, DMARC and DSN read
 * and write later. Immutable and safe for many threads.
 */
@NullMarked
package org.postern.message;

import org.jspecify.annotations.NullMarked;
