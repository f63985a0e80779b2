package org.postern.route;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.postern.smtp.Mailbox;

/**
 * Senders that are too long to be written into another address, by a short name: a file for each day, {@code senders-DAY}, with a line
 * {@code name address} for each. Removed once no bounce can come any more. Thread-safe.
 */
final class LongSenders {
    private static final String PREFIX = "senders-";

    private final Path directory;
    private final Set<String> today = new HashSet<>();
    private long day = -1;

    LongSenders(Path directory) {
        this.directory = directory;
    }

    /** Keeps {@code sender} under {@code name}, which it returns. It is on stable storage then. */
    synchronized String keep(Mailbox sender, long now, String name) throws IOException {
        if (now != day) {
            today.clear();
            lines(now).stream().map(LongSenders::name).forEach(today::add);
            removeBefore(now - Srs.VALID.toDays() - 1);
            day = now;
        }
        if (!today.contains(name)) {
            DurableFile.append(file(now), name + " " + sender + "\n");
            today.add(name);
        }
        return name;
    }

    /** Who was kept under {@code name} on that day. */
    Optional<Mailbox> find(String name, long then) throws IOException {
        return lines(then).stream()
                .filter(line -> name(line).equalsIgnoreCase(name))
                .findFirst()
                .flatMap(line -> Mailbox.parse(line.substring(line.indexOf(' ') + 1)));
    }

    private static String name(String line) {
        return line.substring(0, Math.max(0, line.indexOf(' ')));
    }

    private List<String> lines(long then) throws IOException {
        try {
            return Files.readAllLines(file(then));
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    private Path file(long then) {
        return directory.resolve(PREFIX + then);
    }

    private void removeBefore(long first) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.matches(PREFIX + "[0-9]{1,9}") && Long.parseLong(name.substring(PREFIX.length())) < first) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
