package org.postern.dns;

import java.net.InetAddress;

/** What is asked. */
public record Question(DnsName name, RecordType type) {
    /** For the name of an address. */
    public static Question pointer(InetAddress address) {
        return new Question(DnsName.reverse(address), RecordType.PTR);
    }

    @Override
    public String toString() {
        return type + " " + name;
    }
}
