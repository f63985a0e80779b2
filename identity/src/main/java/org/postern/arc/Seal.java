package org.postern.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.postern.dkim.Algorithm;
import org.postern.dkim.KeySearch;
import org.postern.dkim.Octets;
import org.postern.dkim.TagList;
import org.postern.message.Field;
import org.postern.smtp.Domain;

/**
 * An {@code ARC-Seal} as its field holds it: RFC 8617 §4.1.3.
 *
 * @param domain {@code d=}, in lower case, A-labels
 * @param status {@code cv=}: what its maker found of the chain before
 * @param value of {@code b=}
 */
record Seal(Algorithm algorithm, String domain, String selector, Status status, Octets value) {
    static final String FIELD = "ARC-Seal";

    /** {@code cv=}: RFC 8617 §4.4. */
    enum Status {
        /** There was no chain. */
        NONE,
        /** It held. */
        PASS,
        /** It did not. */
        FAIL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Reads a field; empty when it is no seal. */
    static Optional<Seal> read(Field field) {
        Optional<TagList> tags = TagList.parse(ArcSet.value(field));
        // §4.1.3: h= makes a seal void.
        if (tags.isEmpty() || tags.get().value("h").isPresent()) {
            return Optional.empty();
        }
        Optional<Algorithm> algorithm = tags.get().compact("a").flatMap(Algorithm::of);
        Optional<String> domain = tags.get().compact("d").flatMap(Domain::parse).map(Domain::canonical);
        Optional<String> selector = tags.get()
                .compact("s")
                .filter(name ->
                        domain.isPresent() && KeySearch.name(domain.get(), name).isPresent());
        Optional<Status> status = tags.get().compact("cv").flatMap(Seal::status);
        Optional<Octets> value = tags.get().compact("b").flatMap(Seal::base64);
        return algorithm.isPresent()
                        && domain.isPresent()
                        && selector.isPresent()
                        && status.isPresent()
                        && value.isPresent()
                ? Optional.of(new Seal(algorithm.get(), domain.get(), selector.get(), status.get(), value.get()))
                : Optional.empty();
    }

    private static Optional<Status> status(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "none" -> Optional.of(Status.NONE);
            case "pass" -> Optional.of(Status.PASS);
            case "fail" -> Optional.of(Status.FAIL);
            default -> Optional.empty();
        };
    }

    private static Optional<Octets> base64(String text) {
        try {
            byte[] octets = Base64.getDecoder().decode(text.getBytes(ISO_8859_1));
            return octets.length == 0 ? Optional.empty() : Optional.of(Octets.of(octets));
        } catch (IllegalArgumentException odd) {
            return Optional.empty();
        }
    }
}
