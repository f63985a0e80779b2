package org.postern.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postern.begin.UnitDropIn;
import org.postern.config.Config;
import org.postern.route.DurableFile;
import org.postern.route.LocalDomain;
import org.postern.signing.MadeKey;
import org.postern.signing.MadeKeys;
import org.postern.smtp.Domain;

/** The files that {@code postern init} writes. What can't be written is told, and keeps nothing else from being. */
final class FirstFiles {
    private FirstFiles() {}

    /** Writes the configuration, for its owner to write and for the group of its directory to read. */
    static void write(Path file, String toml, InitReport report) {
        try {
            makeParent(file);
            DurableFile.replace(file, toml, "rw-r-----");
            PosixFileAttributes directory = Files.readAttributes(parent(file), PosixFileAttributes.class);
            giveGroup(file, directory.group());
            report.done(file + " is written");
        } catch (IOException problem) {
            report.undone("can't write " + file + ": " + why(problem));
        }
    }

    /** Writes what systemd has to know of it, where nothing is or what this command wrote. */
    static void writeDropIn(Path file, boolean force, InitReport report) {
        try {
            if (!force && Files.exists(file) && !Files.readString(file).startsWith(UnitDropIn.HEAD)) {
                report.undone(file + " is there and was not written by postern init: --force writes it anew");
                return;
            }
            makeParent(file);
            DurableFile.replace(file, UnitDropIn.of(report.config()), "rw-r--r--");
            report.done(file + " is written; then: systemctl daemon-reload");
        } catch (IOException problem) {
            report.undone("can't write " + file + ": " + why(problem));
        }
    }

    /**
     * The keys that there are.
     *
     * @param make whether some are made for domains that have none
     */
    static List<MadeKey> keys(boolean make, InitReport report) {
        Config config = report.config();
        MadeKeys made = Rooms.madeKeys(config);
        var keys = new ArrayList<MadeKey>();
        try {
            keys.addAll(made.all());
            Optional<PosixFileAttributes> owner = owner(config.data());
            for (LocalDomain local : config.domains()) {
                if (make && needsKeys(local.name(), config, keys)) {
                    keys.addAll(made.make(local.name(), LocalDate.ofInstant(Instant.now(), ZoneId.systemDefault())));
                    report.done(made.directory().resolve(local.name().canonical())
                            + " has two new keys to sign with, RSA and Ed25519");
                }
            }
            if (make && Files.isDirectory(config.data())) {
                DataDirectory.open(config.data());
                if (owner.isPresent()) {
                    giveAll(made.directory(), owner.get());
                }
            }
        } catch (IOException problem) {
            report.undone("can't make keys in " + made.directory() + ": " + why(problem));
        }
        return keys;
    }

    private static boolean needsKeys(Domain domain, Config config, List<MadeKey> keys) {
        return domain.name().contains(".")
                && MadeKeys.canHaveKeys(domain)
                && config.signing().stream().noneMatch(key -> key.domain().equals(domain))
                && keys.stream().noneMatch(key -> key.file().domain().equals(domain));
    }

    private static Optional<PosixFileAttributes> owner(Path data) throws IOException {
        return Files.isDirectory(data)
                ? Optional.of(Files.readAttributes(data, PosixFileAttributes.class))
                : Optional.empty();
    }

    /** What root makes in the data directory of the server's user would keep that one out. */
    private static void giveAll(Path directory, PosixFileAttributes owner) throws IOException {
        if (!System.getProperty("user.name", "").equals("root") || !Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                UserPrincipal user = owner.owner();
                Files.setOwner(file, user);
                giveGroup(file, owner.group());
            }
        }
    }

    private static void giveGroup(Path file, GroupPrincipal group) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!view.readAttributes().group().equals(group)) {
            view.setGroup(group);
        }
    }

    /** Others may look into it as the umask says: unlike what lies under data, it holds no secret. */
    private static void makeParent(Path file) throws IOException {
        Path directory = parent(file);
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
    }

    private static Path parent(Path file) {
        return Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("/"));
    }

    /** What kept a file from being read or written, a clause. */
    static String why(IOException problem) {
        return switch (problem) {
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileAlreadyExistsException there -> there.getFile() + " is no directory";
            case FileSystemException odd when odd.getReason() != null -> odd.getFile() + ": " + odd.getReason();
            default -> String.valueOf(problem.getMessage());
        };
    }
}
