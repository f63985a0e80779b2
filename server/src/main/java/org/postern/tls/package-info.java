/** Certificates: read, chosen by SNI, re-read when they change, made where there are none. Later DANE, MTA-STS and TLS-RPT. */
@NullMarked
package org.postern.tls;

import org.jspecify.annotations.NullMarked;
