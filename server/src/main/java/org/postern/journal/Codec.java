package org.postern.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** Entries as JSON in UTF-8. Its first use loads Jackson, which the start of a server does without. */
public final class Codec {
    /** An entry may have a thousand recipients and their replies. */
    private static final int MOST_TEXT = 16 << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(10)
                    .maxStringLength(MOST_TEXT)
                    .build())
            .build();

    /** Where the latter part of a transaction begins. No text can look like it: in one, quotes are escaped. */
    private static final byte[] FINDINGS = ",\"findings\":[".getBytes(US_ASCII);

    private static final byte[] FACTS = ",\"facts\":[".getBytes(US_ASCII);

    /** How a transaction begins. */
    private static final byte[] TRANSACTION = "{\"kind\":\"transaction\"".getBytes(US_ASCII);

    /** By Jackson's binding, which takes a while to set up: what is rarely asked for. */
    private static final class Bound {
        private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
                .withConfigOverride(
                        String.class, text -> text.setNullHandling(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
                .withConfigOverride(
                        List.class, list -> list.setNullHandling(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
                // Of a newer Postern, or of one that kept more.
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
                .build();

        private static final ObjectReader READER = MAPPER.readerFor(Entry.class);
    }

    private Codec() {}

    /** {@code entry} as an object on one line. */
    public static byte[] octets(Entry entry) {
        return EntryWriter.octets(entry);
    }

    /** The same, as text. */
    public static String text(Entry entry) {
        // In octets Jackson escapes half a character, which in its text would come to a question mark when that is
        // written.
        return new String(octets(entry), UTF_8);
    }

    /** What {@link #octets} wrote; empty for what this Postern does not know. */
    public static Optional<Entry> entry(byte[] octets) {
        try (JsonParser from = FACTORY.createParser(ObjectReadContext.empty(), octets)) {
            Optional<Entry> entry = EntryReader.read(from);
            return entry.isPresent() ? entry : bound(octets);
        } catch (JacksonException unknown) {
            return Optional.empty();
        }
    }

    /** The same by Jackson's binding, whatever the order of the members. */
    static Optional<Entry> bound(byte[] octets) {
        try {
            return Optional.ofNullable(Bound.READER.readValue(octets));
        } catch (JacksonException unknown) {
            return Optional.empty();
        }
    }

    /** Whether that is all but certainly a transaction: others need not be read for that. */
    static boolean isTransaction(byte[] octets) {
        return Arrays.mismatch(octets, TRANSACTION) == TRANSACTION.length;
    }

    /**
     * The same without findings, facts and other refusals, which are most of a transaction and the last of it: reading no further takes
     * less than half of the time.
     */
    static Optional<Entry> brief(byte[] octets) {
        return before(FINDINGS, octets);
    }

    /** The same without facts and other refusals: what a policy asks for. */
    static Optional<Entry> findings(byte[] octets) {
        return before(FACTS, octets);
    }

    private static Optional<Entry> before(byte[] part, byte[] octets) {
        int end = indexOf(octets, part);
        if (end < 0) {
            return entry(octets);
        }
        byte[] cut = Arrays.copyOf(octets, end + 1);
        cut[end] = '}';
        return entry(cut);
    }

    private static int indexOf(byte[] octets, byte[] part) {
        for (int i = 0; i <= octets.length - part.length; i++) {
            if (octets[i] == part[0] && Arrays.equals(octets, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }

    /** An entry as a tree. */
    static JsonNode tree(Entry entry) {
        return Bound.MAPPER.readTree(octets(entry));
    }

    /** The entry that a tree is. */
    static Entry entry(JsonNode tree) {
        return Bound.READER.readValue(tree);
    }
}
