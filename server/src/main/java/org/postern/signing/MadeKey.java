package org.postern.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import org.postern.dkim.Algorithm;
import org.postern.dkim.KeySearch;
import org.postern.dkim.TagList;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.ZoneLine;

/**
 * A key that {@code postern dkim new} made.
 *
 * @param publicKey its public half
 * @param stands since when its record was seen in DNS; empty before
 */
public record MadeKey(KeyFile file, Algorithm algorithm, PublicKey publicKey, Optional<Instant> stands) {
    /** Where its record stands. */
    public DnsName name() {
        return KeySearch.name(file.domain().canonical(), file.selector()).orElseThrow();
    }

    /** What its record says: RFC 6376 §3.6.1, RFC 8463 §4. */
    public String record() {
        String type = algorithm == Algorithm.RSA_SHA256 ? "rsa" : "ed25519";
        return "v=DKIM1; k=" + type + "; p=" + text();
    }

    private String text() {
        byte[] der = publicKey.getEncoded();
        byte[] key = algorithm == Algorithm.RSA_SHA256 ? der : Arrays.copyOfRange(der, der.length - 32, der.length);
        return new String(Base64.getEncoder().encode(key), US_ASCII);
    }

    /** Its record as a zone file has it. */
    public String zoneLine() {
        return ZoneLine.text(name(), record());
    }

    /** Whether {@code answer} holds it. */
    public boolean isIn(Answer answer) {
        return answer.texts().stream()
                .anyMatch(text -> TagList.parse(text)
                        .flatMap(tags -> tags.compact("p"))
                        .filter(text()::equals)
                        .isPresent());
    }

    /** How many bits it has, where that can be chosen. */
    public OptionalInt bits() {
        return publicKey instanceof java.security.interfaces.RSAPublicKey rsa
                ? OptionalInt.of(rsa.getModulus().bitLength())
                : OptionalInt.empty();
    }

    /** Whether it takes the place of {@code older}: names tell in which order keys were made. */
    boolean isSuccessorOf(MadeKey older) {
        return algorithm == older.algorithm
                && file.domain().equals(older.file().domain())
                && file.selector().compareTo(older.file().selector()) > 0;
    }

    MadeKey standing(Optional<Instant> since) {
        return new MadeKey(file, algorithm, publicKey, since);
    }
}
