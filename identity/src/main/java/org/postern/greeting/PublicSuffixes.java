package org.postern.greeting;

import crawlercommons.domains.EffectiveTldFinder;
import java.util.Optional;
import org.postern.smtp.Domain;

/** Where an organisation's name ends, by the public suffix list: for comparisons only, never for a policy. */
public final class PublicSuffixes {
    private PublicSuffixes() {}

    /** Reads the list, which takes half a second the first time: so that it need not be the first client's. */
    public static void load() {
        organisation(new Domain("example.com"));
    }

    /**
     * The organisational domain of a name, in its canonical form: {@code example.co.uk} of {@code mail.example.co.uk}; the name itself
     * when it is a suffix of its own. Suffixes of private registries count, for their names belong to many. A top label that the list does
     * not have counts as a suffix: the list's own rule for these.
     */
    public static String organisation(Domain domain) {
        String name = domain.canonical();
        // Asked leniently, the list says the whole name where it does not know the top label.
        return EffectiveTldFinder.getEffectiveTLD(name, false) == null ? lastTwo(name) : listed(name);
    }

    private static String listed(String name) {
        // It has none for a name that is no host name to it.
        return Optional.ofNullable(EffectiveTldFinder.getAssignedDomain(name, false, false))
                .orElse(name);
    }

    private static String lastTwo(String name) {
        int last = name.lastIndexOf('.');
        return last < 0 ? name : name.substring(name.lastIndexOf('.', last - 1) + 1);
    }
}
