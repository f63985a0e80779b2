package org.postern.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsSettings;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.dns.NameServer;
import org.postern.dns.Resolver;
import org.postern.finding.Result;

/**
 * Messages of odd shapes signed by us, by opendkim's library and by dkimpy, in all forms and with both kinds of keys, and verified by all
 * three: as they are, and with one thing changed. All come to the same, but for what {@link Difference} names.
 */
class DkimMatrixTest {
    private static final String FIELDS = """
        From: Ann <ann@example.org>
        To: bob@example.com
        Subject: tea  at	five
        Date: Sat, 28 Nov 2026 12:00:00 +0000
        Message-ID: <1@example.org>
        X-Note: unsigned
        """;

    /** What is done to a signed message on its way. */
    enum Change {
        NONE(true),
        AN_OCTET_OF_THE_BODY(false),
        A_LINE_MORE(false),
        A_SIGNED_FIELD(false),
        ITS_WHITE_SPACE(false),
        SPACE_BEFORE_THE_COLON(false),
        AN_UNSIGNED_FIELD(true),
        A_FIELD_ADDED(true),
        A_FROM_ADDED(false);

        private final boolean holds;

        Change(boolean holds) {
            this.holds = holds;
        }

        /** Whether a signature still holds. */
        boolean isHarmless(Signing.Style style, boolean partly) {
            return switch (this) {
                // RFC 6376 §3.4.5: what comes behind l= octets is not signed.
                case A_LINE_MORE -> partly;
                case ITS_WHITE_SPACE, SPACE_BEFORE_THE_COLON -> style.header() == Form.RELAXED;
                default -> holds;
            };
        }

        String apply(String message) {
            int end = message.indexOf("\r\n\r\n");
            String header = message.substring(0, end + 2);
            String body = message.substring(end + 4);
            return switch (this) {
                case NONE -> message;
                case AN_OCTET_OF_THE_BODY -> header + "\r\n" + changed(body);
                case A_LINE_MORE -> message + "\r\nmore\r\n";
                case A_SIGNED_FIELD -> message.replace("\r\nSubject: tea", "\r\nSubject: sea");
                case ITS_WHITE_SPACE -> message.replace("\r\nSubject: tea  at\tfive", "\r\nSUBJECT:tea at five \t");
                case SPACE_BEFORE_THE_COLON -> message.replace("\r\nSubject:", "\r\nSubject \t:");
                case AN_UNSIGNED_FIELD -> message.replace("X-Note: unsigned", "X-Note: whatever");
                case A_FIELD_ADDED ->
                    "Received: from a.example.org by b.example.org;\r\n\tSat, 28 Nov 2026 12:00:01 +0000\r\n" + message;
                case A_FROM_ADDED -> "From: eve@example.com\r\n" + message;
            };
        }

        private static String changed(String body) {
            for (int at = 0; at < body.length(); at++) {
                char c = body.charAt(at);
                if (c > ' ') {
                    return body.substring(0, at) + (char) (c ^ 1) + body.substring(at + 1);
                }
            }
            return "x" + body;
        }
    }

    /** Who signed. */
    enum Signer {
        US,
        OPENDKIM,
        DKIMPY;

        static Signer of(Others.Who who) {
            return valueOf(who.name());
        }
    }

    /** A signed message. */
    record Signed(String shape, Signer signer, Signing.Style style, boolean partly, int signatures, String message) {
        /** All of them where header and body have one form; that forms mix shows without. */
        List<Change> changes() {
            return Arrays.stream(Change.values())
                    .filter(change -> change == Change.NONE || style.header() == style.body())
                    // What is put into an empty body stands behind l=0.
                    .filter(change -> change != Change.AN_OCTET_OF_THE_BODY || !partly || !isBlank())
                    .toList();
        }

        private boolean isBlank() {
            return message.substring(message.indexOf("\r\n\r\n")).isBlank();
        }

        @Override
        public String toString() {
            return shape + ", signed by " + signer + " as " + style.tag() + (partly ? " with l=" : "");
        }
    }

    @TempDir
    Path directory;

    private static Map<String, String> shapes() {
        var shapes = new LinkedHashMap<String, String>();
        String end = "\r\n";
        String header = FIELDS.replace("\n", "\r\n");
        String body = "Hello Bob,\r\n\r\nhow are you?\r\n";
        shapes.put("plain", header + end + body);
        shapes.put("an empty body", header + end);
        shapes.put("one empty line", header + end + "\r\n");
        shapes.put("line ends only", header + end + "\r\n".repeat(7));
        shapes.put("white space only", header + end + " \t \r\n  \r\n\t\r\n");
        shapes.put("no last line end", header + end + "Hello\r\nBob");
        shapes.put("white space and no last line end", header + end + "Hello\r\nBob \t ");
        shapes.put("empty lines at both ends", header + end + "\r\n\r\n" + body + "\r\n\r\n\r\n");
        shapes.put("white space at ends of lines", header + end + "Hello \t\r\n \r\nBob\t\r\n\t \r\n");
        shapes.put("white space within lines", header + end + " Hello \t Bob\r\n\t\tand  so  on\r\n");
        shapes.put("8-bit body", header + end + "caf\u00c3\u00a9 \u00ff\u0080\r\n\u00a0\r\n");
        shapes.put("8-bit header", header + "Cc: caf\u00e9  \u00ff\u0080 <carl@example.com>\r\n" + end + body);
        shapes.put(
                "8-bit subject",
                header.replace("Subject: tea  at\tfive", "Subject: tea  at\tfive caf\u00e9 \u00c3\u00a9") + end + body);
        shapes.put(
                "a line of 31,000 octets",
                header + "References:" + " <abc@example.org>".repeat(1_722) + "\r\n" + end + body);
        shapes.put(
                "a folded line of 31,000 octets",
                header + "Cc:" + "\r\n\tbob@example.com,".repeat(1_631) + "\r\n bob@example.com\r\n" + end + body);
        shapes.put(
                "folded",
                header.replace("To: bob@example.com", "To:\r\n bob@example.com,\r\n\t  Bob\r\n  <bob@example.net>")
                        + end
                        + body);
        shapes.put(
                "duplicate fields",
                "Subject: another\r\nTo: eve@example.com\r\nX-Note: second\r\n" + header + end + body);
        shapes.put("empty fields", header + "Cc:\r\nReply-To: \r\nSender:\t\r\n" + end + body);
        shapes.put("dots", header + end + ".\r\n..\r\n.hidden\r\n\r\n.\r\n");
        shapes.put("long lines", header + end + "word ".repeat(20_000) + "\r\n" + "x".repeat(70_000) + "\r\n");
        return shapes;
    }

    private static List<Signing.Style> styles() {
        return Arrays.stream(Form.values())
                .flatMap(header -> Arrays.stream(Form.values()).map(body -> new Signing.Style(header, body)))
                .toList();
    }

    private static List<Signed> signed(Others others, TestKeys keys) throws IOException, GeneralSecurityException {
        var all = new ArrayList<Signed>();
        for (var shape : shapes().entrySet()) {
            String message = shape.getValue();
            for (Signing.Style style : styles()) {
                String ours = Mail.signed(message, style, keys.both(), Instant.now());
                all.add(new Signed(shape.getKey(), Signer.US, style, false, 2, ours));
                for (Others.Who who : Others.Who.values()) {
                    for (boolean partly : new boolean[] {false, true}) {
                        theirs(others, who, shape.getKey(), style, partly, message)
                                .ifPresent(all::add);
                    }
                }
            }
        }
        return all;
    }

    private static Optional<Signed> theirs(
            Others others, Others.Who who, String shape, Signing.Style style, boolean partly, String message)
            throws IOException {
        Optional<String> rsa = others.sign(who, "rsa", style, partly, message);
        if (rsa.isEmpty()) {
            var asked = new Signed(shape, Signer.of(who), style, partly, 0, message);
            assertThat(Difference.of(Signer.of(who), asked, Change.NONE))
                    .as(asked.toString())
                    .isPresent();
            return Optional.empty();
        }
        String fields = rsa.get();
        int count = 1;
        if (who != Others.Who.OPENDKIM || style.header() == Form.RELAXED) {
            fields += others.sign(who, "ed25519", style, partly, message).orElseThrow();
            count++;
        }
        return Optional.of(new Signed(shape, Signer.of(who), style, partly, count, fields + message));
    }

    /** RFC 6376 §3.7: the field that it signs is not the one that it writes, as it finds by itself. With relaxed headers that's no matter. */
    @Test
    void opendkimFailsItsOwnEd25519SignatureOfASimpleHeader() throws Exception {
        TestKeys keys = TestKeys.make();
        var style = new Signing.Style(Form.SIMPLE, Form.SIMPLE);
        String message = Objects.requireNonNull(shapes().get("plain"));
        try (var server = NameServer.with(keys.zone());
                var others = Others.start(directory, keys, server.address().getPort())) {
            String signed = others.sign(Others.Who.OPENDKIM, "ed25519", style, false, message)
                            .orElseThrow()
                    + message;
            assertThat(others.verify(Others.Who.OPENDKIM, signed)).containsExactly("fail");
            assertThat(others.verify(Others.Who.DKIMPY, signed)).containsExactly("fail");
            assertThat(Mail.verified(signed, keys.zone().resolver(), Instant.now()))
                    .extracting(SignatureResult::result)
                    .containsExactly(Result.FAIL);
        }
    }

    @Test
    void allThreeComeToTheSameButForWhatHasAName() throws Exception {
        TestKeys keys = TestKeys.make();
        var unnamed = new ArrayList<String>();
        var named = new TreeMap<Difference, Integer>();
        int cases = 0;
        try (var server = NameServer.with(keys.zone());
                var others = Others.start(directory, keys, server.address().getPort())) {
            var resolver = new CachingResolver(
                    DnsSettings.of(List.of(server.address())).with(Dnssec.OFF));
            for (Signed one : signed(others, keys)) {
                for (Change change : one.changes()) {
                    List<Boolean> right =
                            Collections.nCopies(one.signatures(), change.isHarmless(one.style(), one.partly()));
                    String message = change.apply(one.message());
                    for (var said : outcomes(others, resolver, message).entrySet()) {
                        cases++;
                        if (said.getValue().equals(right)) {
                            continue;
                        }
                        Difference.of(said.getKey(), one, change)
                                .ifPresentOrElse(
                                        difference -> named.merge(difference, 1, Integer::sum),
                                        () -> unnamed.add(one + ", " + change + ": " + said));
                    }
                }
            }
        }
        System.out.printf("DKIM beside others: %d judgements, unnamed %d%n", cases, unnamed.size());
        named.forEach((difference, count) -> System.out.printf("  %4d %s%n", count, difference));
        assertThat(String.join("\n", unnamed)).isEmpty();
        assertThat(named.keySet()).containsExactly(Difference.values());
    }

    /** Whether each signature holds, by each. */
    private static Map<Signer, List<Boolean>> outcomes(Others others, Resolver resolver, String message)
            throws IOException {
        var outcomes = new EnumMap<Signer, List<Boolean>>(Signer.class);
        outcomes.put(
                Signer.US,
                Mail.verified(message, resolver, Instant.now()).stream()
                        .map(DkimMatrixTest::holds)
                        .toList());
        for (Others.Who who : Others.Who.values()) {
            outcomes.put(
                    Signer.valueOf(who.name()),
                    others.verify(who, message).stream().map("pass"::equals).toList());
        }
        return outcomes;
    }

    /** It holds also where we don't believe it because of what it leaves out. */
    private static boolean holds(SignatureResult result) {
        return result.result() == Result.PASS || result.text().contains("octets of the body unsigned");
    }
}
