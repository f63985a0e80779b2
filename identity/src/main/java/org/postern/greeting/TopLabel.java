package org.postern.greeting;

import java.util.Locale;
import java.util.Set;
import org.postern.smtp.Domain;

/** The last label of a name. */
final class TopLabel {
    /**
     * Names that are not in the public DNS, and never will be: RFC 6761 §6.3, §6.4, RFC 6762 §3 and appendix G, RFC 7686, RFC 9476, and
     * what ICANN has set aside ({@code internal}) or withheld ({@code home}, {@code corp}, {@code mail}).
     */
    private static final Set<String> NEVER_PUBLIC = Set.of(
            "localhost",
            "localdomain",
            "local",
            "lan",
            "internal",
            "intranet",
            "private",
            "home",
            "corp",
            "mail",
            "invalid",
            "onion",
            "alt",
            "workgroup");

    private TopLabel() {}

    /** Whether it could be a top-level domain: letters (RFC 1123 §2.1), or an A-label. */
    static boolean isPossible(Domain domain) {
        String top = of(domain);
        return top.startsWith("xn--") || (top.length() >= 2 && top.chars().allMatch(c -> c >= 'a' && c <= 'z'));
    }

    static boolean isNeverPublic(Domain domain) {
        return NEVER_PUBLIC.contains(of(domain)) || domain.canonical().endsWith(".home.arpa");
    }

    private static String of(Domain domain) {
        String name = domain.name().toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
