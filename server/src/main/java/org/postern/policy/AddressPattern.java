package org.postern.policy;

import java.util.Locale;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/**
 * Mailboxes: one, or all of a domain, or all of the domains below one.
 *
 * @param localPart empty for all
 */
public record AddressPattern(Optional<String> localPart, Wildcard domain) {
    /** Reads {@code ann@example.com}, {@code @example.com}, {@code example.com} or {@code *.example.com}. */
    public static Optional<AddressPattern> parse(String text) {
        int at = text.lastIndexOf('@');
        Optional<Wildcard> domain = Wildcard.parse(text.substring(at + 1));
        String local = at <= 0 ? "" : text.substring(0, at);
        return domain.map(wildcard -> new AddressPattern(
                local.isEmpty() ? Optional.empty() : Optional.of(local.toLowerCase(Locale.ROOT)), wildcard));
    }

    /** Whether it means {@code mailbox}; letters compared without regard to case. */
    public boolean matches(Mailbox mailbox) {
        return mailbox.host() instanceof Domain host
                && domain.matches(host.name())
                && localPart
                        .map(local -> local.equals(mailbox.localPart().toLowerCase(Locale.ROOT)))
                        .orElse(true);
    }

    @Override
    public String toString() {
        return localPart.map(local -> local + "@").orElse("") + domain.text();
    }
}
