package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.finding.Result;
import org.postern.message.OpenMessage;
import org.postern.smtp.Domain;

/** What we sign, we verify; and what was changed since, we don't. */
class SigningTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final String MESSAGE = """
        From: Ann <ann@example.org>
        To: bob@example.com
        Subject: =?utf-8?q?caf=C3=A9?=  and
         more
        Date: Sat, 28 Nov 2026 12:00:00 +0000
        Message-ID: <1@example.org>
        X-Note: unsigned

        Hello  Bob,\t
        \s
        how are you?



        """.replace("\n", "\r\n");

    private static List<SigningKey> keys;
    private static Resolver zone;

    @BeforeAll
    static void makeKeys() throws GeneralSecurityException {
        KeyPairGenerator rsaKeys = KeyPairGenerator.getInstance("RSA");
        rsaKeys.initialize(2_048);
        KeyPair rsa = rsaKeys.generateKeyPair();
        KeyPair ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var domain = new Domain("example.org");
        keys = List.of(
                new SigningKey(domain, "r", rsa.getPrivate()), new SigningKey(domain, "e", ed25519.getPrivate()));
        byte[] der = ed25519.getPublic().getEncoded();
        Base64.Encoder base64 = Base64.getEncoder();
        String first = base64.encodeToString(rsa.getPublic().getEncoded());
        zone = new TestZone("""
            r._domainkey.example.org. TXT "v=DKIM1; k=rsa; p=%s" "%s"
            e._domainkey.example.org. TXT "v=DKIM1; k=ed25519; p=%s"
            """.formatted(
                                first.substring(0, 200),
                                first.substring(200),
                                base64.encodeToString(Arrays.copyOfRange(der, der.length - 32, der.length))))
                .resolver();
    }

    private static String signed(String message, Signing.Style style) throws IOException, GeneralSecurityException {
        OpenMessage opened = open(message);
        var body = new Body();
        Signing signing = Signing.begin(opened.header(), body, style, keys, NOW);
        opened.through(body::through).octets().readAllBytes();
        return signing.fields() + message;
    }

    private static OpenMessage open(String message) throws IOException {
        return OpenMessage.of(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), 1 << 20)
                .orElseThrow();
    }

    private static List<Result> results(String message) throws IOException {
        OpenMessage opened = open(message);
        var body = new Body();
        Verification verification = Verification.begin(opened.header(), body, zone, NOW);
        opened.through(body::through).octets().readAllBytes();
        return verification.results().stream().map(SignatureResult::result).toList();
    }

    private static List<Signing.Style> styles() {
        return Arrays.stream(Form.values())
                .flatMap(header -> Arrays.stream(Form.values()).map(body -> new Signing.Style(header, body)))
                .toList();
    }

    @Test
    void bothKindsOfKeyPassInEachForm() throws Exception {
        for (Signing.Style style : styles()) {
            assertThat(results(signed(MESSAGE, style))).as(style.tag()).containsExactly(Result.PASS, Result.PASS);
        }
    }

    @Test
    void anEmptyBodyPasses() throws Exception {
        for (Signing.Style style : styles()) {
            String header = MESSAGE.substring(0, MESSAGE.indexOf("\r\n\r\n") + 2);
            assertThat(results(signed(header, style))).as(style.tag()).containsOnly(Result.PASS);
            assertThat(results(signed(header + "\r\n", style))).as(style.tag()).containsOnly(Result.PASS);
            assertThat(results(signed(header + "\r\n\r\n \r\n", style)))
                    .as(style.tag())
                    .containsOnly(Result.PASS);
        }
    }

    @Test
    void oneOctetChangedFailsWhereItIsSigned() throws Exception {
        for (Signing.Style style : styles()) {
            String message = signed(MESSAGE, style);
            assertThat(results(message.replace("how are", "who are"))).containsOnly(Result.FAIL);
            assertThat(results(message.replace("Subject: ", "Subject: x"))).containsOnly(Result.FAIL);
            assertThat(results(message.replace("X-Note: u", "X-Note: U"))).containsOnly(Result.PASS);
        }
    }

    @Test
    void aFieldAddedSinceFailsWhereThatMatters() throws Exception {
        String message = signed(MESSAGE, Signing.Style.USUAL);
        assertThat(results("Subject: another\r\n" + message)).containsOnly(Result.FAIL);
        assertThat(results("Cc: eve@example.com\r\n" + message)).containsOnly(Result.FAIL);
        assertThat(results("Received: from a by b\r\n" + message)).containsOnly(Result.PASS);
    }
}
