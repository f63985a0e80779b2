/** DomainKeys Identified Mail: RFC 6376, with the algorithms of RFC 8301 and RFC 8463. Signatures read and written. */
@NullMarked
package org.postern.dkim;

import org.jspecify.annotations.NullMarked;
