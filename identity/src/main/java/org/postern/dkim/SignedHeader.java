package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.postern.message.Field;

/** What of a header is signed: RFC 6376 §3.7, §5.4.2. */
public final class SignedHeader {
    /** Most are not larger, signed field included. */
    static final int USUAL_OCTETS = 2_048;

    private SignedHeader() {}

    /**
     * The fields that {@code names} name, canonical, one after the other: of several of one name the last first, and for a name that no
     * field is left of, nothing.
     */
    static byte[] selected(List<Field> fields, List<String> names, Form form) {
        Map<String, Deque<Field>> byName = new HashMap<>();
        for (String name : names) {
            byName.computeIfAbsent(lower(name), _ -> new ArrayDeque<>());
        }
        // What has no name is no field.
        byName.remove("");
        for (Field field : fields) {
            Deque<Field> same = byName.get(lower(field.name()));
            if (same != null) {
                same.addLast(field);
            }
        }
        var octets = new ByteArrayOutputStream(USUAL_OCTETS);
        for (String name : names) {
            Deque<Field> left = byName.get(lower(name));
            if (left != null && !left.isEmpty()) {
                octets.writeBytes(form.field(left.removeLast()));
            }
        }
        return octets.toByteArray();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** A field in its relaxed form, with its line end: how RFC 8617 §5.1.1 seals. */
    public static byte[] relaxed(byte[] field) {
        return Form.RELAXED.field(field);
    }

    /** The field of a seal in its relaxed form, the value of {@code b=} left out, and no line end behind it. */
    public static byte[] ofSeal(byte[] field) {
        return ofSignature(field, Form.RELAXED);
    }

    /** The field that a signature stands in, canonical, the value of {@code b=} left out, and no line end behind it. */
    static byte[] ofSignature(byte[] field, Form form) {
        byte[] canonical = form.field(withoutValue(field));
        int end = canonical.length;
        if (end >= 2 && canonical[end - 1] == '\n' && canonical[end - 2] == '\r') {
            end -= 2;
        }
        return java.util.Arrays.copyOf(canonical, end);
    }

    /** §3.7: the value goes with the white space around it. */
    private static byte[] withoutValue(byte[] field) {
        String text = new String(field, ISO_8859_1);
        int at = text.indexOf(':') + 1;
        while (at < text.length()) {
            int semicolon = text.indexOf(';', at);
            int end = semicolon < 0 ? text.length() : semicolon;
            int equals = text.indexOf('=', at);
            if (equals >= 0
                    && equals < end
                    && text.substring(at, equals).strip().equals("b")) {
                return (text.substring(0, equals + 1) + text.substring(end)).getBytes(ISO_8859_1);
            }
            at = end + 1;
        }
        return field;
    }
}
