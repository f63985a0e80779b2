package org.postern.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import org.postern.message.Printable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@link MessageFile} as it is written into a file: a member a line, none left out, none that is not known. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(10)
                            .maxNumberLength(20)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /** All that is read of a file whose format is not known. */
    private record Version(int format) {}

    private Json() {}

    /** In UTF-8. Whoever lets it be shown on a terminal is safe: what acts there stands in texts only, and is written as escapes. */
    static byte[] write(MessageFile file) {
        String text = MAPPER.writeValueAsString(file);
        var safe = new StringBuilder(text.length() + 1);
        text.codePoints().forEach(c -> {
            if (c == '\n' || Printable.isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                for (char half : Character.toChars(c)) {
                    safe.append(Printable.escaped(half));
                }
            }
        });
        return safe.append('\n').toString().getBytes(UTF_8);
    }

    /** @throws Broken when it is none, or of a newer format */
    static MessageFile read(byte[] octets) throws Broken {
        try {
            Optional<MessageFile> file = Optional.ofNullable(MAPPER.readValue(octets, MessageFile.class));
            return file.orElseThrow(() -> new Broken("it is empty"));
        } catch (JacksonException problem) {
            requireKnownFormat(octets);
            Throwable cause = problem.getCause();
            String why = cause instanceof IllegalArgumentException ? cause.getMessage() : problem.getOriginalMessage();
            throw new Broken("it can't be understood: " + why);
        }
    }

    private static void requireKnownFormat(byte[] octets) throws Broken {
        int format;
        try {
            Version version = MAPPER.readerFor(Version.class)
                    .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .readValue(octets);
            format = version.format();
        } catch (JacksonException none) {
            return;
        }
        if (format > MessageFile.FORMAT) {
            throw new Broken("it has format " + format + " of exports, which a newer Postern wrote, and this one knows "
                    + MessageFile.FORMAT + ": import it with that one");
        }
    }
}
