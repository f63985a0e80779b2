package org.postern.policy;

import java.util.Locale;
import java.util.Optional;
import org.postern.smtp.Domain;

/**
 * A host name, or all names below one.
 *
 * @param text {@code mail.example.com}, or {@code *.example.com} for each name below it and not itself
 */
public record Wildcard(String text) {
    /** The wildcard, or empty when {@code text} is none. */
    public static Optional<Wildcard> parse(String text) {
        String name = text.startsWith("*.") ? text.substring(2) : text;
        return Domain.parse(name).map(domain -> new Wildcard((text.startsWith("*.") ? "*." : "") + domain.canonical()));
    }

    /** Whether it means {@code name}, in any case of its letters. */
    public boolean matches(String name) {
        String lower = Domain.parse(name).map(Domain::canonical).orElseGet(() -> name.toLowerCase(Locale.ROOT));
        return text.startsWith("*.") ? lower.endsWith(text.substring(1)) : lower.equals(text);
    }
}
