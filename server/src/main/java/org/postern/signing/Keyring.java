package org.postern.signing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postern.dkim.SigningKey;
import org.postern.smtp.Domain;

/** Which keys sign for whom now. Safe for many threads. */
public final class Keyring {
    private final Map<Domain, List<SigningKey>> configured = new HashMap<>();
    private volatile Map<Domain, List<SigningKey>> keys;

    /**
     * Those of the configuration, which sign whatever DNS says.
     *
     * @throws IOException when one can't be read
     */
    public Keyring(List<KeyFile> files) throws IOException {
        for (KeyFile file : files) {
            try {
                configured
                        .computeIfAbsent(file.domain(), _ -> new ArrayList<>())
                        .add(file.read());
            } catch (IOException problem) {
                throw new IOException("the key in " + file.file() + " can't be used: " + problem.getMessage(), problem);
            }
        }
        keys = sorted(configured);
    }

    /** None. */
    public static Keyring empty() {
        try {
            return new Keyring(List.of());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** From now on {@code made} sign as well. */
    void sign(List<SigningKey> made) {
        Map<Domain, List<SigningKey>> all = new HashMap<>();
        configured.forEach((domain, own) -> all.put(domain, new ArrayList<>(own)));
        made.forEach(
                key -> all.computeIfAbsent(key.domain(), _ -> new ArrayList<>()).add(key));
        keys = sorted(all);
    }

    /** RSA first: where only one is made use of, every verifier knows that. */
    private static Map<Domain, List<SigningKey>> sorted(Map<Domain, List<SigningKey>> keys) {
        Map<Domain, List<SigningKey>> sorted = new HashMap<>();
        keys.forEach((domain, own) -> sorted.put(
                domain,
                own.stream().sorted(Comparator.comparing(SigningKey::algorithm)).toList()));
        return Map.copyOf(sorted);
    }

    /** Whether there are any. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /**
     * The keys of {@code domain}, or of the nearest domain above that has some: a signature of that one aligns with it, too, unless its owner
     * wants it strict (RFC 9989 §4.4.1). None when no domain has.
     */
    public List<SigningKey> of(Domain domain) {
        String name = domain.canonical();
        while (true) {
            List<SigningKey> own = keys.get(new Domain(name));
            if (own != null) {
                return own;
            }
            int dot = name.indexOf('.');
            if (dot < 0) {
                return List.of();
            }
            name = name.substring(dot + 1);
        }
    }
}
