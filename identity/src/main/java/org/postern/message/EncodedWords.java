package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the values of fields as people do: encoded words of RFC 2047, and UTF-8 (RFC 6532). What makes no sense stays as it is written.
 * Never throws; linear in time. What comes of it may hold anything: {@link Printable} makes it fit to be shown.
 */
public final class EncodedWords {
    /** {@code =?charset*language?encoding?text?=}: RFC 2047 §2, RFC 2231 §5. */
    private static final Pattern WORD =
            Pattern.compile("=\\?([^?*\\s]{1,40})(?:\\*[^?\\s]{0,20})?\\?([BbQq])\\?([^?\\s]*)\\?=");

    private EncodedWords() {}

    /** One word: its charset, and the octets that it stands for. */
    private record Word(Charset charset, ByteArrayOutputStream octets) {
        String text() {
            return octets.toString(charset);
        }
    }

    /**
     * What {@code value} says.
     *
     * @param value as {@link Field#value()} has it, an octet a character
     */
    public static String read(String value) {
        String text = utf8(value);
        var read = new StringBuilder();
        Optional<Word> open = Optional.empty();
        int at = 0;
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            String between = text.substring(at, words.start());
            Optional<Word> next = word(words.group(1), words.group(2), words.group(3));
            at = words.end();
            // RFC 2047 §6.2: white space between two encoded words is not shown.
            boolean isAdjacent = open.isPresent() && next.isPresent() && between.isBlank();
            if (isAdjacent && open.get().charset().equals(next.get().charset())) {
                // Against §5 (3), some senders split a character between two words.
                open.get().octets().writeBytes(next.get().octets().toByteArray());
                continue;
            }
            open.map(Word::text).ifPresent(read::append);
            if (!isAdjacent) {
                read.append(between);
            }
            if (next.isEmpty()) {
                read.append(words.group());
            }
            open = next;
        }
        open.map(Word::text).ifPresent(read::append);
        return read.append(text, at, text.length()).toString();
    }

    /** Octets beyond ASCII that are no UTF-8 are of a charset that nobody names. */
    private static String utf8(String value) {
        byte[] octets = value.getBytes(ISO_8859_1);
        try {
            return UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException other) {
            return value.replaceAll("[^\\x00-\\x7f]", "\ufffd");
        }
    }

    private static Optional<Word> word(String charset, String encoding, String text) {
        try {
            byte[] octets = encoding.toLowerCase(Locale.ROOT).equals("b")
                    ? Base64.getDecoder().decode(text)
                    : q(text);
            var collected = new ByteArrayOutputStream();
            collected.writeBytes(octets);
            return Optional.of(new Word(Charset.forName(charset), collected));
        } catch (IllegalArgumentException unknownOrBroken) {
            return Optional.empty();
        }
    }

    /** RFC 2047 §4.2. */
    private static byte[] q(String text) {
        var octets = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' && i + 2 < text.length() && isHex(text.charAt(i + 1)) && isHex(text.charAt(i + 2))) {
                octets.write(Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else if (c == '_') {
                octets.write(' ');
            } else {
                octets.writeBytes(String.valueOf(c).getBytes(UTF_8));
            }
        }
        return octets.toByteArray();
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0 && c < 0x80;
    }
}
