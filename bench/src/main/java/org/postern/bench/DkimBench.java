package org.postern.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.dkim.Body;
import org.postern.dkim.Form;
import org.postern.dkim.SignatureResult;
import org.postern.dkim.Signing;
import org.postern.dkim.SigningKey;
import org.postern.dkim.Verification;
import org.postern.dns.Answer;
import org.postern.dns.Answer.Security;
import org.postern.dns.Answer.Status;
import org.postern.dns.Data;
import org.postern.dns.Question;
import org.postern.dns.Resolver;
import org.postern.finding.Result;
import org.postern.message.OpenMessage;
import org.postern.smtp.Domain;

/**
 * A message signed and verified, beside what can't be saved: the SHA-256 of as many octets in the same pieces, and the bare operation with
 * the key. Half of its body is text, half of it base64. The key's record is known already.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DkimBench {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final int PIECE = 65_536;
    private static final String HEADER = """
        Received: from mail.example.org (mail.example.org [192.0.2.1])
        \tby mx.example.com with ESMTPS id 4bQ1; Sat, 28 Nov 2026 12:00:00 +0000
        From: Ann Lee <ann@example.org>
        To: Bob <bob@example.com>
        Cc: Carl <carl@example.com>
        Subject: =?utf-8?q?caf=C3=A9?= at five
        Date: Sat, 28 Nov 2026 12:00:00 +0000
        Message-ID: <20261128120000.1@example.org>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="b"
        User-Agent: bench
        """.replace("\n", "\r\n");

    @Param({"4096", "102400"})
    int octets;

    @Param({"simple", "relaxed"})
    String form = "relaxed";

    @Param({"RSA", "Ed25519"})
    String key = "RSA";

    private final byte[] piece = new byte[PIECE];
    private byte[] plain = {};
    private byte[] signed = {};
    private byte[] bareInput = {};
    private byte[] bareValue = {};
    private Signing.Style style = Signing.Style.USUAL;
    private List<SigningKey> keys = List.of();
    private Resolver resolver = new Known("");
    private @Nullable KeyPair pair;

    @Setup
    public void sign() throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(key);
        if (key.equals("RSA")) {
            generator.initialize(2_048);
        }
        KeyPair made = generator.generateKeyPair();
        pair = made;
        byte[] der = made.getPublic().getEncoded();
        byte[] published = key.equals("RSA") ? der : Arrays.copyOfRange(der, der.length - 32, der.length);
        String record = "v=DKIM1; k=" + (key.equals("RSA") ? "rsa" : "ed25519") + "; p="
                + Base64.getEncoder().encodeToString(published);
        resolver = new Known(record);
        keys = List.of(new SigningKey(new Domain("example.org"), "k", made.getPrivate()));
        Form both = form.equals("simple") ? Form.SIMPLE : Form.RELAXED;
        style = new Signing.Style(both, both);
        plain = (HEADER + "\r\n" + body()).getBytes(ISO_8859_1);
        signed = (signed() + new String(plain, ISO_8859_1)).getBytes(ISO_8859_1);
        if (verified().getFirst().result() != Result.PASS) {
            throw new IllegalStateException(verified().toString());
        }
        bareInput = key.equals("RSA") ? new byte[1_100] : new byte[32];
        bareValue = bareSigned();
    }

    /** Has that text at each name. */
    private record Known(String text) implements Resolver {
        @Override
        public Optional<Answer> known(Question question) {
            return Optional.of(new Answer(
                    question,
                    Status.FOUND,
                    List.of(new Data.Text(text)),
                    List.of(),
                    Duration.ofMinutes(5),
                    Duration.ZERO,
                    "memory",
                    Security.UNCHECKED,
                    ""));
        }

        @Override
        public List<Answer> ask(List<Question> questions) {
            return questions.stream()
                    .flatMap(question -> known(question).stream())
                    .toList();
        }
    }

    /** Lines of words, then lines of base64. */
    private String body() {
        var random = new Random(1);
        var body = new StringBuilder();
        while (body.length() < octets / 2) {
            int line = body.length();
            while (body.length() - line < 66) {
                body.append("abcdefghijklmnop", 0, 1 + random.nextInt(9)).append(' ');
            }
            body.append(random.nextInt(4) == 0 ? ". \r\n\r\n" : "and\r\n");
        }
        byte[] attached = new byte[54];
        while (body.length() < octets) {
            random.nextBytes(attached);
            body.append(Base64.getEncoder().encodeToString(attached)).append("\r\n");
        }
        return body.toString();
    }

    private void drain(InputStream stream) throws IOException {
        while (stream.read(piece, 0, PIECE) >= 0) {}
    }

    private static OpenMessage open(byte[] message) throws IOException {
        return OpenMessage.of(new ByteArrayInputStream(message), PIECE).orElseThrow();
    }

    /** All of it, as the server does it while a message comes in. */
    @Benchmark
    public List<SignatureResult> verified() throws IOException {
        OpenMessage message = open(signed);
        var body = new Body();
        Verification verification = Verification.begin(message.header(), body, resolver, NOW);
        drain(message.through(body::through).rest());
        return verification.results();
    }

    /** All of it, as the server does it while a message leaves. */
    @Benchmark
    public String signed() throws IOException, GeneralSecurityException {
        OpenMessage message = open(plain);
        var body = new Body();
        Signing signing = Signing.begin(message.header(), body, style, keys, NOW);
        drain(message.through(body::through).rest());
        return signing.fields();
    }

    private byte[] hashed(byte[] message) throws IOException, GeneralSecurityException {
        OpenMessage opened = open(message);
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        while (true) {
            int got = opened.rest().read(piece, 0, PIECE);
            if (got < 0) {
                return sha256.digest();
            }
            sha256.update(piece, 0, got);
        }
    }

    private Signature bare() throws GeneralSecurityException {
        return Signature.getInstance(key.equals("RSA") ? "SHA256withRSA" : "Ed25519");
    }

    private byte[] bareSigned() throws GeneralSecurityException {
        Signature signature = bare();
        signature.initSign(Objects.requireNonNull(pair).getPrivate());
        signature.update(bareInput);
        return signature.sign();
    }

    /** What verification can't save. */
    @Benchmark
    public boolean bareVerification() throws IOException, GeneralSecurityException {
        byte[] hash = hashed(signed);
        Signature signature = bare();
        signature.initVerify(Objects.requireNonNull(pair).getPublic());
        signature.update(bareInput);
        return signature.verify(bareValue) && hash.length > 0;
    }

    /** What signing can't save. */
    @Benchmark
    public byte[] bareSigning() throws IOException, GeneralSecurityException {
        byte[] hash = hashed(plain);
        return hash.length > 0 ? bareSigned() : hash;
    }
}
