/**
 * May a host send mail for a domain: the Sender Policy Framework, RFC 7208. {@link org.postern.spf.Spf#check} asks and judges;
 * {@link org.postern.spf.SpfRecord#parse} reads a record alone.
 */
@NullMarked
package org.postern.spf;

import org.jspecify.annotations.NullMarked;
