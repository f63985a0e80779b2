@NullMarked
package org.postern.dnsbl;

import org.jspecify.annotations.NullMarked;
