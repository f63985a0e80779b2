package org.postern.dns;

import org.xbill.DNS.Type;

/** What may be asked for. RFC 1035 §3.2.2, RFC 3596 §2.1. */
public enum RecordType {
    /** An IPv4 address. */
    A(Type.A),
    /** An IPv6 address. */
    AAAA(Type.AAAA),
    /** Who takes a domain's mail. */
    MX(Type.MX),
    /** Text: policies, reasons. */
    TXT(Type.TXT),
    /** The name of an address. */
    PTR(Type.PTR);

    private final int number;

    RecordType(int number) {
        this.number = number;
    }

    /** Its number on the wire. */
    int number() {
        return number;
    }
}
