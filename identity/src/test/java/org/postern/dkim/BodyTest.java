package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies in their canonical form, RFC 6376 §3.4: in whatever pieces they come, as slow code that follows the RFC's words makes them. */
class BodyTest {
    private static final int BODIES = Integer.getInteger("dkim.bodies", 4_000);
    private static final Pattern SPACES = Pattern.compile("[ \t]+");

    /** What a body is made of; the rare ones of these are where the rules are. */
    private static final List<String> PARTS = List.of(
            "a",
            "Hello",
            " ",
            "  ",
            "\t",
            " \t ",
            "\r\n",
            "\r\n",
            "\r\n\r\n",
            " \r\n",
            "\t\r\n",
            "\r",
            "\u00e9",
            "\u00ff",
            "eight to",
            " !",
            " \n",
            ".\r\n",
            "x".repeat(70));

    @TempDir
    Path directory;

    /** §3.4.3 and §3.4.4 line by line. */
    private static String canonical(Form form, String body) {
        List<String> lines = new ArrayList<>(Arrays.asList(body.split("\r\n", -1)));
        if (form == Form.RELAXED) {
            lines.replaceAll(line -> {
                String single = SPACES.matcher(line).replaceAll(" ");
                return single.endsWith(" ") ? single.substring(0, single.length() - 1) : single;
            });
        }
        while (!lines.isEmpty() && lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        if (lines.isEmpty()) {
            // §3.4.3: an empty body is one line end; §3.4.4: none.
            return form == Form.SIMPLE ? "\r\n" : "";
        }
        return String.join("\r\n", lines) + "\r\n";
    }

    private static byte[] sha256(String octets) {
        MessageDigest sha256 = BodyHash.sha256();
        return sha256.digest(octets.getBytes(ISO_8859_1));
    }

    private static String body(Random random) {
        var body = new StringBuilder();
        int parts = random.nextInt(random.nextInt(10) == 0 ? 400 : 12);
        for (int i = 0; i < parts; i++) {
            body.append(PARTS.get(random.nextInt(PARTS.size()))
                    .repeat(random.nextInt(12) == 0 ? 1 + random.nextInt(600) : 1));
        }
        return body.toString();
    }

    /** Gives it in pieces of lengths that {@code random} says. */
    private static InputStream inPieces(String octets, Random random) {
        int most = 1 + random.nextInt(List.of(4, 3_000, 20_000).get(random.nextInt(3)));
        return new ByteArrayInputStream(octets.getBytes(ISO_8859_1)) {
            @Override
            public synchronized int read(byte[] to, int from, int length) {
                return super.read(to, from, Math.min(length, 1 + random.nextInt(most)));
            }
        };
    }

    private static void passThrough(Body body, String text, Random random) throws IOException {
        try (InputStream through = body.through(inPieces("\r\n" + text, random))) {
            byte[] buffer = new byte[20_000];
            int got = 0;
            while (got >= 0) {
                got = random.nextInt(20) == 0 ? through.read() : through.read(buffer, 0, buffer.length);
            }
        }
    }

    @Test
    void randomBodiesInRandomPiecesHashAsTheirReference() throws IOException {
        for (int seed = 0; seed < BODIES; seed++) {
            var random = new Random(seed);
            String text = body(random);
            var body = new Body();
            var all = new ArrayList<Wanted>();
            for (Form form : Form.values()) {
                String canonical = canonical(form, text);
                int octets = canonical.length();
                for (OptionalLong limit : List.of(
                        OptionalLong.empty(),
                        OptionalLong.of(0),
                        OptionalLong.of(random.nextInt(octets + 1)),
                        OptionalLong.of(octets),
                        OptionalLong.of(octets + 1L))) {
                    all.add(new Wanted(form, limit, canonical, body.wanted(form, limit)));
                }
            }
            passThrough(body, text, random);
            for (Wanted one : all) {
                assertThat(one.hash().digest())
                        .as("seed %d, %s, l=%s: %s", seed, one.form(), one.limit(), text)
                        .isEqualTo(one.expected());
                assertThat(one.hash().octets()).isEqualTo(one.canonical().length());
            }
        }
    }

    /** A hash that was asked for, and what it is of. */
    private record Wanted(Form form, OptionalLong limit, String canonical, BodyHash hash) {
        byte[] expected() {
            int end = (int) Math.min(canonical.length(), limit.orElse(Long.MAX_VALUE));
            return sha256(canonical.substring(0, end));
        }
    }

    @Test
    void dkimpyHashesTheSame() throws Exception {
        try (Others others = Others.start(directory, TestKeys.make(), 1)) {
            for (int seed = 0; seed < BODIES; seed++) {
                var random = new Random(-1L - seed);
                String text = body(random);
                Form form = seed % 2 == 0 ? Form.SIMPLE : Form.RELAXED;
                OptionalLong limit = seed % 3 == 0
                        ? OptionalLong.of(random.nextInt(canonical(form, text).length() + 1))
                        : OptionalLong.empty();
                var body = new Body();
                BodyHash hash = body.wanted(form, limit);
                passThrough(body, text, random);
                assertThat(hash.digest())
                        .as("seed %d, %s, %s: %s", seed, form, limit, text)
                        .isEqualTo(others.bodyHash(form, limit, forDkimpy(text).getBytes(ISO_8859_1)));
            }
        }
    }

    /** dkimpy keeps white space at the end of a last line without its line end; §3.4.4 takes it from every line, and adds that end. */
    private static String forDkimpy(String text) {
        return text.endsWith(" ") || text.endsWith("\t") ? text + "\r\n" : text;
    }

    /** In one piece of a MiB: white space at its end is not looked at again for each white space before. */
    @Test
    void aBodyOfWhiteSpaceTakesLinearTime() throws IOException {
        String text = "a  ".repeat(180_000) + " ".repeat(500_000);
        var body = new Body();
        BodyHash hash = body.wanted(Form.RELAXED, OptionalLong.empty());
        long begun = System.nanoTime();
        try (InputStream through = body.through(new ByteArrayInputStream(("\r\n" + text).getBytes(ISO_8859_1)))) {
            byte[] piece = new byte[1 << 20];
            while (through.read(piece) >= 0) {}
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(hash.digest()).isEqualTo(sha256("a ".repeat(179_999) + "a\r\n"));
    }

    /** RFC 6376 §3.4.3 and §3.4.4 print these. */
    @Test
    void theEmptyBodyHashesAsTheRfcSays() throws IOException {
        var body = new Body();
        BodyHash simple = body.wanted(Form.SIMPLE, OptionalLong.empty());
        BodyHash relaxed = body.wanted(Form.RELAXED, OptionalLong.empty());
        passThrough(body, "", new Random(1));
        assertThat(Base64.getEncoder().encodeToString(simple.digest()))
                .isEqualTo("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
        assertThat(Base64.getEncoder().encodeToString(relaxed.digest()))
                .isEqualTo("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
