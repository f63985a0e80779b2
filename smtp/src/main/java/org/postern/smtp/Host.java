package org.postern.smtp;

/** What stands right of the {@code @}: a domain or an address literal. RFC 5321 §4.1.2. */
public sealed interface Host permits Domain, AddressLiteral {}
