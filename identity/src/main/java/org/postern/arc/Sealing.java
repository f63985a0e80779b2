package org.postern.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postern.dkim.Body;
import org.postern.dkim.SignedHeader;
import org.postern.dkim.Signing;
import org.postern.dkim.SigningKey;
import org.postern.finding.AuthenticationResults;
import org.postern.message.Field;
import org.postern.message.Header;

/**
 * Adds a set to the chain of a message that is sent on, RFC 8617 §5.1: begun when the header is known, before the body comes by. For one
 * thread.
 */
public final class Sealing {
    private final List<ArcSet> before;
    private final Seal.Status status;
    private final String results;
    private final SigningKey key;
    private final Signing signing;
    private final Instant now;

    private Sealing(
            List<ArcSet> before, Seal.Status status, String results, SigningKey key, Signing signing, Instant now) {
        this.before = before;
        this.status = status;
        this.results = results;
        this.key = key;
        this.signing = signing;
        this.now = now;
    }

    /**
     * Begins, before the first octet of {@code body}, which is of the message as it leaves.
     *
     * @param results what was found when it came; of method {@code arc} what its chain came to
     * @return empty when nothing may be added: there are fifty sets, their order can't be read, or one says that it was broken already
     */
    public static Optional<Sealing> begin(
            Header header, Body body, SigningKey key, AuthenticationResults results, Instant now) {
        List<ArcSet> before;
        try {
            before = ArcSet.all(header);
        } catch (ArcSet.Broken problem) {
            return Optional.empty();
        }
        // §5.1: and who saw that it failed is the last who says so.
        if (before.size() == ArcSet.MAX
                || (!before.isEmpty() && before.getLast().seal().status() == Seal.Status.FAIL)) {
            return Optional.empty();
        }
        Optional<Seal.Status> status = status(before, results);
        if (status.isEmpty()) {
            return Optional.empty();
        }
        int instance = before.size() + 1;
        String field = ArcSet.RESULTS + ": i=" + instance + ";"
                + results.field().substring(AuthenticationResults.FIELD.length() + 1);
        return Optional.of(
                new Sealing(before, status.get(), field, key, Signing.beginArc(instance, header, body, key, now), now));
    }

    /** What we know of the chain: nothing may be said when it could not be found out. */
    private static Optional<Seal.Status> status(List<ArcSet> before, AuthenticationResults results) {
        if (before.isEmpty()) {
            return Optional.of(Seal.Status.NONE);
        }
        return results.results().stream()
                .filter(result -> result.method().equals("arc"))
                .findFirst()
                .flatMap(result -> switch (result.result()) {
                    case "pass" -> Optional.of(Seal.Status.PASS);
                    case "fail" -> Optional.of(Seal.Status.FAIL);
                    default -> Optional.empty();
                });
    }

    /**
     * The three fields, CRLF line ends; to be put before the message. When all of the body has gone by.
     *
     * @throws InvalidKeyException when the key does not do
     */
    public String fields() throws InvalidKeyException {
        String signature = signing.fields();
        String begun = Seal.FIELD + ": i=" + (before.size() + 1) + "; a="
                + key.algorithm().tag() + "; t=" + now.getEpochSecond() + "; cv=" + status.word() + ";\r\n d="
                + key.domain().canonical() + "; s=" + key.selector() + ";\r\n b=";
        var octets = new ByteArrayOutputStream();
        // §5.1.2: of a chain that failed the seal covers its own set only.
        if (status != Seal.Status.FAIL) {
            before.forEach(set -> add(set, octets));
        }
        octets.writeBytes(SignedHeader.relaxed(results.getBytes(ISO_8859_1)));
        octets.writeBytes(SignedHeader.relaxed(signature.getBytes(ISO_8859_1)));
        octets.writeBytes(SignedHeader.ofSeal(begun.getBytes(ISO_8859_1)));
        return begun + Signing.folded(key.sign(octets.toByteArray())) + "\r\n" + signature + results;
    }

    private static void add(ArcSet set, ByteArrayOutputStream octets) {
        octets.writeBytes(relaxed(set.results()));
        octets.writeBytes(relaxed(set.signature()));
        octets.writeBytes(relaxed(set.sealField()));
    }

    private static byte[] relaxed(Field field) {
        return SignedHeader.relaxed(field.toBytes());
    }

    /** What the last of {@code sets} seals: all of them in their order, its own field without its value. RFC 8617 §5.1.1. */
    static byte[] sealed(List<ArcSet> sets) {
        var octets = new ByteArrayOutputStream();
        sets.subList(0, sets.size() - 1).forEach(set -> add(set, octets));
        ArcSet last = sets.getLast();
        octets.writeBytes(relaxed(last.results()));
        octets.writeBytes(relaxed(last.signature()));
        octets.writeBytes(SignedHeader.ofSeal(last.sealField().toBytes()));
        return octets.toByteArray();
    }
}
