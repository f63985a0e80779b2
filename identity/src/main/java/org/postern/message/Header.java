package org.postern.message;

import java.util.ArrayList;
import java.util.List;

/** The header of a message: its fields in their order. Together they are the octets it was read from, none lost. RFC 5322 §2.2. */
public final class Header {
    private final List<Field> fields;

    private Header(List<Field> fields) {
        this.fields = List.copyOf(fields);
    }

    static Header of(List<Field> fields) {
        return new Header(fields);
    }

    /** The header in {@code octets} up to before {@code end}, without the empty line behind it. Never throws; linear in time. */
    static Header of(byte[] octets, int end) {
        var fields = new ArrayList<Field>();
        int at = 0;
        while (at < end) {
            int next = lineEnd(octets, at, end);
            // RFC 5322 §2.2.3: a line that begins with white space goes on with the field before.
            while (next < end && Field.isSpace(octets[next])) {
                next = lineEnd(octets, next, end);
            }
            fields.add(new Field(octets, at, colon(octets, at, next), next));
            at = next;
        }
        return new Header(fields);
    }

    /** The fields, in their order. */
    public List<Field> fields() {
        return fields;
    }

    /** Its octets, the line ends included. */
    public byte[] toBytes() {
        byte[] octets = new byte[fields.stream().mapToInt(Field::length).sum()];
        int at = 0;
        for (Field field : fields) {
            at = field.copyTo(octets, at);
        }
        return octets;
    }

    /** Whether it begins with white space, so that behind other fields it would go on with the last of them (RFC 5322 §2.2.3). */
    public boolean beginsAsContinuation() {
        return !fields.isEmpty() && fields.getFirst().isContinuation();
    }

    /** How many fields have that name, in whatever case. */
    public int count(String name) {
        return (int) fields.stream().filter(field -> field.is(name)).count();
    }

    /** The values of the fields of that name, in their order. */
    public List<String> values(String name) {
        return fields.stream().filter(field -> field.is(name)).map(Field::value).toList();
    }

    /** Behind the next LF. */
    private static int lineEnd(byte[] octets, int from, int end) {
        for (int i = from; i < end; i++) {
            if (octets[i] == '\n') {
                return i + 1;
            }
        }
        return end;
    }

    /** Where the name ends; -1 when what stands there is no name (RFC 5322 §2.2: printable ASCII but the colon). */
    private static int colon(byte[] octets, int from, int end) {
        boolean spaces = false;
        for (int i = from; i < end; i++) {
            byte octet = octets[i];
            if (octet == ':') {
                return i > from && !Field.isSpace(octets[from]) ? i : -1;
            }
            boolean space = Field.isSpace(octet);
            if ((octet <= ' ' && !space) || octet == 0x7f || (spaces && !space)) {
                return -1;
            }
            spaces |= space;
        }
        return -1;
    }
}
