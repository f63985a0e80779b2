package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A server's answer: a code, perhaps an enhanced code, and a text of one line or more. RFC 5321 §4.2, RFC 2034.
 *
 * @param code 200 to 559 (RFC 5321 §4.2: the first digit 2 to 5, the second 0 to 5)
 * @param enhanced of the same class as the code; none with 3xx, to the greeting and to HELO and EHLO (RFC 2034 §4)
 * @param lines one at least, each without control characters; those that {@code of} makes fit the 512 octets of §4.5.3.1.5
 */
public record Reply(int code, Optional<EnhancedCode> enhanced, List<String> lines) {
    /** RFC 5321 §4.5.3.1.5, with code and line end. */
    public static final int MAX_LINE_OCTETS = 512;

    /** What a line of text may have, beside code, enhanced code and line end. */
    private static final int MAX_TEXT_OCTETS = MAX_LINE_OCTETS - "250-5.999.999 \r\n".length();

    public Reply {
        if (code < 200 || code > 559 || code / 10 % 10 > 5) {
            throw new IllegalArgumentException("not a reply code: " + code);
        }
        if (enhanced.isPresent() && enhanced.get().status() != code / 100) {
            throw new IllegalArgumentException(code + " can't go with " + enhanced.get());
        }
        lines = List.copyOf(lines);
        if (lines.isEmpty() || !lines.stream().allMatch(Reply::isText)) {
            throw new IllegalArgumentException("a reply has lines of printable text: " + lines);
        }
    }

    /** A reply without an enhanced code. The text is made safe as in {@link #of(int, String, String)}. */
    public static Reply of(int code, String text) {
        return new Reply(code, Optional.empty(), fold(text));
    }

    /**
     * A reply whose text may hold what a client or a zone wrote: control characters and what isn't ASCII become {@code ?}, and a
     * long text goes on in further lines.
     *
     * @param enhanced as {@code 5.7.1}
     */
    public static Reply of(int code, String enhanced, String text) {
        EnhancedCode parsed = EnhancedCode.parse(enhanced).orElseThrow(() -> new IllegalArgumentException(enhanced));
        return new Reply(code, Optional.of(parsed), fold(text));
    }

    /** The same with {@code words} at its end: on the last line where they fit, else on one of their own. */
    public Reply endingWith(String words) {
        var longer = new ArrayList<>(lines);
        String last = lines.getLast() + " " + words;
        if (last.getBytes(UTF_8).length <= MAX_TEXT_OCTETS) {
            longer.set(longer.size() - 1, last);
        } else {
            longer.add(words);
        }
        return new Reply(code, enhanced, longer);
    }

    /** 2xx: done. */
    public boolean isPositive() {
        return code < 300;
    }

    /** 4xx: not now. */
    public boolean isTransient() {
        return code >= 400 && code < 500;
    }

    /** 5xx: no. */
    public boolean isPermanent() {
        return code >= 500;
    }

    /** The whole text in one line. */
    public String text() {
        return lines.size() == 1 ? lines.getFirst() : String.join(" ", lines);
    }

    /** As it goes over the wire, CRLF after each line. */
    public byte[] toBytes() {
        return wire().getBytes(UTF_8);
    }

    private String wire() {
        var text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(code).append(i < lines.size() - 1 ? '-' : ' ');
            // RFC 2034 §4: the code stands at the beginning of each line.
            enhanced.ifPresent(status -> text.append(status).append(' '));
            text.append(lines.get(i)).append("\r\n");
        }
        return text.toString();
    }

    /**
     * The reply in {@code octets}: one whole reply with all its lines, CRLF at the end of each (a bare LF is taken too). Control
     * characters and broken UTF-8 in the text become {@code ?}.
     *
     * @return empty when it is none: a line without a code, differing codes, no last line, something behind the last one
     */
    public static Optional<Reply> parse(byte[] octets) {
        String text = new String(octets, UTF_8);
        if (!text.endsWith("\n")) {
            return Optional.empty();
        }
        String[] rows = text.substring(0, text.length() - 1).split("\n", -1);
        var lines = new ArrayList<String>(rows.length);
        Optional<EnhancedCode> enhanced = Optional.empty();
        int code = 0;
        for (int i = 0; i < rows.length; i++) {
            String row = rows[i].endsWith("\r") ? rows[i].substring(0, rows[i].length() - 1) : rows[i];
            int rowCode = code(row);
            boolean last = row.length() == 3 || (row.length() > 3 && row.charAt(3) == ' ');
            boolean more = row.length() > 3 && row.charAt(3) == '-';
            if (rowCode == 0 || (i > 0 && rowCode != code) || (i == rows.length - 1 ? !last : !more)) {
                return Optional.empty();
            }
            code = rowCode;
            String words = row.length() > 4 ? row.substring(4) : "";
            Optional<EnhancedCode> own = EnhancedCode.startOf(words).filter(status -> status.status() == rowCode / 100);
            if (i == 0) {
                enhanced = own;
            }
            if (own.isPresent() && own.equals(enhanced)) {
                words = words.substring(
                        Math.min(words.length(), own.get().toString().length() + 1));
            }
            lines.add(printable(words));
        }
        return Optional.of(new Reply(code, enhanced, lines));
    }

    /** The code at the start of a line, 0 when there is none. */
    private static int code(String row) {
        if (row.length() < 3) {
            return 0;
        }
        char first = row.charAt(0);
        char second = row.charAt(1);
        char third = row.charAt(2);
        boolean legal = first >= '2' && first <= '5' && second >= '0' && second <= '5' && third >= '0' && third <= '9';
        return legal ? (first - '0') * 100 + (second - '0') * 10 + (third - '0') : 0;
    }

    /** {@code text} with {@code ?} for each control character; other characters stay. */
    private static String printable(String text) {
        return Letters.keeping(text, c -> !isControl(c));
    }

    private static List<String> fold(String text) {
        String ascii = Letters.keeping(text, c -> c >= 0x20 && c <= 0x7e);
        if (ascii.length() <= MAX_TEXT_OCTETS) {
            return List.of(ascii);
        }
        var lines = new ArrayList<String>();
        int start = 0;
        while (ascii.length() - start > MAX_TEXT_OCTETS) {
            int space = ascii.lastIndexOf(" ", start + MAX_TEXT_OCTETS);
            int end = space > start ? space : start + MAX_TEXT_OCTETS;
            lines.add(ascii.substring(start, end));
            start = space > start ? end + 1 : end;
        }
        lines.add(ascii.substring(start));
        return lines;
    }

    private static boolean isText(String line) {
        return Letters.all(line, c -> !isControl(c));
    }

    private static boolean isControl(int c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
    }

    /** The reply in one line, for logs: {@code 550 5.1.1 no such mailbox}. */
    @Override
    public String toString() {
        return enhanced.isPresent() ? code + " " + enhanced.get() + " " + text() : code + " " + text();
    }
}
