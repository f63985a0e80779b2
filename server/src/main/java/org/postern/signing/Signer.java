package org.postern.signing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.InvalidKeyException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postern.arc.Sealing;
import org.postern.dkim.Body;
import org.postern.dkim.Signing;
import org.postern.dkim.SigningKey;
import org.postern.dmarc.FromField;
import org.postern.finding.AuthenticationResults;
import org.postern.message.Header;
import org.postern.message.OpenMessage;
import org.postern.smtp.Domain;

/** Signs what leaves: our own mail by DKIM for its author's domain, what an alias sends on by a seal of ARC. Safe for many threads. */
public final class Signer {
    /** More than a header with all that we put before it may have. */
    private static final int MAX_HEADER_BYTES = 1 << 20;

    private final Keyring keys;
    private final Domain hostname;
    private final Clock clock;

    /** One of the server that calls itself {@code hostname}. */
    public Signer(Keyring keys, Domain hostname, Clock clock) {
        this.keys = keys;
        this.hostname = hostname;
        this.clock = clock;
    }

    /** One that signs nothing. */
    public static Signer none(Domain hostname) {
        return new Signer(Keyring.empty(), hostname, Clock.systemUTC());
    }

    /** Whether there is nothing to sign with. */
    public boolean isIdle() {
        return keys.isEmpty();
    }

    /** How a message leaves. */
    public sealed interface Leaving {
        /** One of ours brought it: its author is signed for. */
        record Ours() implements Leaving {}

        /** Somebody else's, which an alias in {@code domain} sends on. */
        record SentOn(Domain domain) implements Leaving {}

        /** Somebody else's, which goes where it was sent to. */
        record Passing() implements Leaving {}
    }

    /**
     * The fields that go before a message, CRLF line ends; empty when there is nobody to sign for.
     *
     * @param content the message as it leaves, read to its end
     * @throws IOException as the content does, and when a key that signed before does so no longer
     */
    public String fields(Leaving leaving, InputStream content) throws IOException {
        if (leaving instanceof Leaving.Passing || keys.isEmpty()) {
            return "";
        }
        OpenMessage opened = OpenMessage.of(content, MAX_HEADER_BYTES)
                .orElseThrow(() -> new IOException("its header is too large to be signed"));
        var body = new Body();
        Instant now = clock.instant();
        try {
            return switch (leaving) {
                case Leaving.Ours _ -> {
                    List<SigningKey> own = author(opened.header()).map(keys::of).orElse(List.of());
                    if (own.isEmpty()) {
                        yield "";
                    }
                    Signing signing = Signing.begin(opened.header(), body, Signing.Style.USUAL, own, now);
                    drain(opened, body);
                    yield signing.fields();
                }
                case Leaving.SentOn(Domain domain) -> {
                    Optional<Sealing> sealing = sealing(opened.header(), body, domain, now);
                    if (sealing.isEmpty()) {
                        yield "";
                    }
                    drain(opened, body);
                    yield sealing.get().fields();
                }
                case Leaving.Passing _ -> "";
            };
        } catch (InvalidKeyException problem) {
            throw new IOException("it can't be signed: " + problem.getMessage(), problem);
        }
    }

    private static void drain(OpenMessage opened, Body body) throws IOException {
        opened.through(body::through).rest().transferTo(OutputStream.nullOutputStream());
    }

    private static Optional<Domain> author(Header header) {
        return FromField.of(header) instanceof FromField.One one ? Optional.of(one.domain()) : Optional.empty();
    }

    private Optional<Sealing> sealing(Header header, Body body, Domain domain, Instant now) {
        List<SigningKey> own = keys.of(domain);
        List<SigningKey> ours = own.isEmpty() ? keys.of(hostname) : own;
        // Ours is the first: what pretended to be ours was taken out when it came.
        Optional<AuthenticationResults> found = header.fields().stream()
                .filter(field -> AuthenticationResults.claims(field, hostname.name()))
                .findFirst()
                .flatMap(field -> AuthenticationResults.parse(field.value()));
        return ours.isEmpty() || found.isEmpty()
                ? Optional.empty()
                : Sealing.begin(header, body, ours.getFirst(), found.get(), now);
    }
}
