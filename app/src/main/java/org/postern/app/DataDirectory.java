package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.postern.quarantine.Digests;
import org.postern.quarantine.Trusted;

/** Who may look into the data directory: nobody but us, except into its maildrop. */
final class DataDirectory {
    private static final List<String> SECRET =
            List.of("spool", "greylist", "suspended", "tls", "srs", "dkim", "journal", Trusted.NAME, Digests.NAME);
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final Set<PosixFilePermission> THROUGH = PosixFilePermissions.fromString("--x--x--x");

    private DataDirectory() {}

    /** Takes what is ours away from all others, then lets them through to the maildrop. */
    static void open(Path data) throws IOException {
        for (String name : SECRET) {
            Path place = data.resolve(name);
            if (Files.exists(place)) {
                Set<PosixFilePermission> now = new HashSet<>(Files.getPosixFilePermissions(place));
                if (now.removeAll(OTHERS)) {
                    Files.setPosixFilePermissions(place, now);
                }
            }
        }
        Set<PosixFilePermission> now = new HashSet<>(Files.getPosixFilePermissions(data));
        if (now.addAll(THROUGH)) {
            Files.setPosixFilePermissions(data, now);
        }
    }
}
