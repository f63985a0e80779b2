package org.postern.dns;

/** A record as a zone file has it, its name absolute, so that it can be pasted anywhere in one: RFC 1035 §5.1. */
public final class ZoneLine {
    /** RFC 1035 §3.3.14: so many octets of a text are one string. */
    private static final int STRING = 255;

    private ZoneLine() {}

    /** With {@code data} as zone files write it. */
    public static String of(DnsName name, RecordType type, String data) {
        return name + ". IN " + type + " " + data;
    }

    /**
     * A TXT record, over several lines where it takes several strings.
     *
     * @param text a character for each octet
     */
    public static String text(DnsName name, String text) {
        if (text.length() <= STRING) {
            return of(name, RecordType.TXT, new Data.Text(text).toString());
        }
        var strings = new StringBuilder("(");
        for (int at = 0; at < text.length(); at += STRING) {
            strings.append("\n    ").append(new Data.Text(text.substring(at, Math.min(text.length(), at + STRING))));
        }
        return of(name, RecordType.TXT, strings.append(" )").toString());
    }
}
