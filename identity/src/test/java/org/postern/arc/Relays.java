package org.postern.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postern.dkim.Body;
import org.postern.dkim.SigningKey;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.finding.AuthenticationResults;
import org.postern.finding.AuthenticationResults.MethodResult;
import org.postern.finding.AuthenticationResults.Property;
import org.postern.finding.Result;
import org.postern.message.OpenMessage;
import org.postern.smtp.Domain;

/** Those who send a message on, one after the other, {@code relay1.test} and so on: each verifies the chain and adds to it. */
final class Relays {
    static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    private static final int COUNT = 60;
    private static final int STRING = 255;

    private final KeyPair keys;
    private final String record;
    private final Resolver zone;

    Relays() throws GeneralSecurityException {
        this(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    }

    private Relays(KeyPair keys) {
        this.keys = keys;
        this.record = record(keys);
        var records = new StringBuilder();
        for (int i = 1; i <= COUNT; i++) {
            records.append("k._domainkey.relay%d.test. TXT".formatted(i));
            for (int at = 0; at < record.length(); at += STRING) {
                records.append(" \"")
                        .append(record, at, Math.min(record.length(), at + STRING))
                        .append('"');
            }
            records.append('\n');
        }
        zone = new TestZone(records.toString()).resolver();
    }

    /** Some whose seals all others know. */
    static Relays withRsa() throws GeneralSecurityException {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2_048);
        return new Relays(rsa.generateKeyPair());
    }

    private static String record(KeyPair keys) {
        byte[] der = keys.getPublic().getEncoded();
        boolean rsa = keys.getPublic().getAlgorithm().equals("RSA");
        byte[] key = rsa ? der : Arrays.copyOfRange(der, der.length - 32, der.length);
        return "v=DKIM1; k=" + (rsa ? "rsa" : "ed25519") + "; p="
                + Base64.getEncoder().encodeToString(key);
    }

    /** The text of each one's record, by its name. */
    Map<String, String> records() {
        return IntStream.rangeClosed(1, COUNT)
                .boxed()
                .collect(Collectors.toMap("k._domainkey.relay%d.test"::formatted, _ -> record));
    }

    /** All have the same. */
    PrivateKey privateKey() {
        return keys.getPrivate();
    }

    static OpenMessage open(String message) throws IOException {
        return OpenMessage.of(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), 1 << 20)
                .orElseThrow();
    }

    ChainResult check(String message) throws IOException {
        OpenMessage opened = open(message);
        var body = new Body();
        ChainCheck check = ChainCheck.begin(opened.header(), body, zone, NOW);
        opened.through(body::through).octets().readAllBytes();
        return check.result();
    }

    /** As it leaves the relay of that number, who found its chain to be as it is. */
    String sentOn(String message, int relay) throws IOException, GeneralSecurityException {
        return sentOn(message, relay, check(message).result());
    }

    String sentOn(String message, int relay, Result chain) throws IOException, GeneralSecurityException {
        OpenMessage opened = open(message);
        var body = new Body();
        var results = new AuthenticationResults(
                "mx.relay" + relay + ".test",
                List.of(
                        MethodResult.of("dmarc", Result.PASS, new Property("header", "from", "example.org")),
                        MethodResult.of("arc", chain, new Property("smtp", "remote-ip", "192.0.2.1"))));
        var key = new SigningKey(new Domain("relay" + relay + ".test"), "k", keys.getPrivate());
        Sealing sealing =
                Sealing.begin(opened.header(), body, key, results, NOW).orElseThrow();
        opened.through(body::through).octets().readAllBytes();
        return sealing.fields() + message;
    }

    /** Through as many of them, who know that nothing is broken. */
    String through(String message, int count) throws IOException, GeneralSecurityException {
        String at = message;
        for (int relay = 1; relay <= count; relay++) {
            at = sentOn("Received: by relay" + relay + ".test\r\n" + at, relay, relay == 1 ? Result.NONE : Result.PASS);
        }
        return at;
    }
}
