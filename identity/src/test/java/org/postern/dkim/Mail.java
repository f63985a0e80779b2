package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.InvalidKeyException;
import java.time.Instant;
import java.util.List;
import org.postern.dns.Resolver;
import org.postern.message.OpenMessage;

/** A message as a text, an octet a character, signed and verified as a server does it. */
final class Mail {
    private Mail() {}

    static OpenMessage open(String message) throws IOException {
        return OpenMessage.of(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), 1 << 20)
                .orElseThrow();
    }

    static String signed(String message, Signing.Style style, List<SigningKey> keys, Instant now)
            throws IOException, InvalidKeyException {
        OpenMessage opened = open(message);
        var body = new Body();
        Signing signing = Signing.begin(opened.header(), body, style, keys, now);
        opened.through(body::through).octets().readAllBytes();
        return signing.fields() + message;
    }

    static Verification verification(String message, Resolver resolver, Instant now) throws IOException {
        OpenMessage opened = open(message);
        var body = new Body();
        Verification verification = Verification.begin(opened.header(), body, resolver, now);
        opened.through(body::through).octets().readAllBytes();
        return verification;
    }

    static List<SignatureResult> verified(String message, Resolver resolver, Instant now) throws IOException {
        return verification(message, resolver, now).results();
    }
}
