/** Lists of addresses that are published in DNS: RFC 5782. */
@NullMarked
package org.postern.dnsbl;

import org.jspecify.annotations.NullMarked;
