package org.postern.route;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The users of this machine, as passwd(5) lists them, those of programs among them. Who comes or goes is seen at once. Users whom only a
 * name service knows, as LDAP, are not among them. Safe for many threads.
 */
final class SystemUsers {
    /** Where they stand. */
    static final Path PASSWD = Path.of("/etc/passwd");

    private final Path passwd;
    private volatile Seen seen = new Seen(FileTime.fromMillis(Long.MIN_VALUE), Set.of());

    /** What the file said when it was last changed. */
    private record Seen(FileTime changed, Set<String> names) {}

    SystemUsers(Path passwd) {
        this.passwd = passwd;
    }

    /**
     * Whether there is a user of that name.
     *
     * @param name in lower case; users are compared without regard to case
     * @throws UncheckedIOException when the file can't be read: then nobody knows who exists
     */
    boolean have(String name) {
        try {
            FileTime changed = Files.getLastModifiedTime(passwd);
            Seen known = seen;
            if (!known.changed.equals(changed)) {
                known = new Seen(changed, read());
                seen = known;
            }
            return known.names.contains(name);
        } catch (IOException problem) {
            throw new UncheckedIOException("the users of this machine can't be read: " + problem, problem);
        }
    }

    private Set<String> read() throws IOException {
        // Any octets may stand in the other fields.
        try (Stream<String> lines = Files.lines(passwd, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.indexOf(':') > 0)
                    .map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT))
                    // NIS of old: +name, -name.
                    .filter(name -> name.charAt(0) != '+' && name.charAt(0) != '-' && name.charAt(0) != '#')
                    .collect(Collectors.toUnmodifiableSet());
        }
    }
}
