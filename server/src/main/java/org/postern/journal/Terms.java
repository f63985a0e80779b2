package org.postern.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.postern.policy.Net;
import org.postern.smtp.Letters;

/** The words that entries are found by, and their keys in the index: the chunk, the field's letter, the word. */
final class Terms {
    /** Characters of a word in the index: a longer one is found by its beginning, and compared in full afterwards. */
    static final int MOST = 120;

    /** Stands in the place of a verdict where entries are missing. */
    static final String GAP = "gap";

    private Terms() {}

    /** Tells {@code to} each word of {@code entry}, in full; some more than once. */
    static void of(Entry entry, BiConsumer<Field, String> to) {
        switch (entry) {
            case Entry.Transaction one -> {
                to.accept(Field.SESSION, word(one.session()));
                caller(one.caller(), to);
                tell(Field.MESSAGE, one.message(), to);
                tell(Field.MESSAGE_ID, one.messageId(), to);
                tell(Field.SENDER, bare(one.from()), to);
                for (Entry.Recipient recipient : one.to()) {
                    tell(Field.RECIPIENT, bare(recipient.path()), to);
                    recipient.means().forEach(other -> tell(Field.RECIPIENT, bare(other), to));
                    told(recipient.told(), to);
                }
                told(one.whole(), to);
                one.others().forEach(refused -> told(refused.told(), to));
            }
            case Entry.Session one -> {
                to.accept(Field.SESSION, word(one.session()));
                // The transactions of all others say it.
                if (one.transactions() == 0) {
                    caller(one.caller(), to);
                }
                one.refused().forEach(refused -> told(refused.told(), to));
            }
            case Entry.Attempt one -> {
                to.accept(Field.MESSAGE, word(one.message()));
                tell(Field.DESTINATION, one.destination(), to);
                one.tried().forEach(tried -> tell(Field.RECIPIENT, bare(tried.to()), to));
            }
            case Entry.Event one -> {
                tell(Field.MESSAGE, one.message(), to);
                tell(Field.MESSAGE, one.about(), to);
                tell(Field.SENDER, bare(one.from()), to);
                one.to().forEach(path -> tell(Field.RECIPIENT, bare(path), to));
            }
            case Entry.Gap _ -> to.accept(Field.VERDICT, GAP);
        }
    }

    private static void caller(Entry.Caller caller, BiConsumer<Field, String> to) {
        Net.address(caller.client()).ifPresent(address -> to.accept(Field.CLIENT, client(address)));
        tell(Field.GREETING, caller.name(), to);
        tell(Field.CONFIRMED, caller.confirmed(), to);
    }

    private static void told(Entry.Told told, BiConsumer<Field, String> to) {
        tell(Field.VERDICT, told.verdict(), to);
        tell(Field.CHECK, told.by(), to);
    }

    private static void tell(Field field, String text, BiConsumer<Field, String> to) {
        if (!text.isEmpty()) {
            to.accept(field, word(text));
        }
    }

    /**
     * Names and addresses are found in whatever case. Letter by letter, so that the beginning of a text makes the beginning of its word: as
     * a whole a final sigma would be another than one within.
     */
    static String word(String text) {
        return Letters.all(text, c -> c < 0x80)
                ? text.toLowerCase(Locale.ROOT)
                : text.codePoints()
                        .map(Terms::lower)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    private static int lower(int letter) {
        // Half a character can't be written in UTF-8.
        return letter >= Character.MIN_SURROGATE && letter <= Character.MAX_SURROGATE
                ? '?'
                : Character.toLowerCase(letter);
    }

    /** As much of a word as the index has. */
    static String cut(String word) {
        if (word.length() <= MOST) {
            return word;
        }
        return word.substring(0, Character.isHighSurrogate(word.charAt(MOST - 1)) ? MOST - 1 : MOST);
    }

    /** A path without its angle brackets; {@code <>} stays. */
    static String bare(String path) {
        return path.length() > 2 && path.startsWith("<") && path.endsWith(">")
                ? path.substring(1, path.length() - 1)
                : path;
    }

    /** Addresses sort as numbers do, the families apart. */
    static String client(InetAddress address) {
        byte[] octets = address.getAddress();
        return (octets.length == 4 ? "4" : "6") + HexFormat.of().formatHex(octets);
    }

    /** The key of that word in that chunk, or what begins those of all words that begin so. */
    static byte[] key(int chunk, Field field, String word) {
        byte[] octets = cut(word).getBytes(UTF_8);
        return ByteBuffer.allocate(5 + octets.length)
                .putInt(chunk)
                .put((byte) field.letter())
                .put(octets)
                .array();
    }
}
