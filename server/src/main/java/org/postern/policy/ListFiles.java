package org.postern.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's lists, those in files read again when they change. A file that is broken then is told of in the log, and what it said
 * before stays in force. Safe for many threads.
 */
public final class ListFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ListFiles.class);

    private final OwnLists configured;
    private final List<Path> allowFiles;
    private final List<Path> denyFiles;
    private final Duration interval;
    private volatile OwnLists current;
    private volatile long lookedAt;
    private List<FileTime> times;

    /**
     * Reads all files.
     *
     * @param interval how long a change may go unseen
     * @throws IOException when one can't be read; the message says which, and which line
     */
    public ListFiles(OwnLists configured, List<Path> allowFiles, List<Path> denyFiles, Duration interval)
            throws IOException {
        this.configured = configured;
        this.allowFiles = List.copyOf(allowFiles);
        this.denyFiles = List.copyOf(denyFiles);
        this.interval = interval;
        this.times = times();
        this.current = read();
        this.lookedAt = System.nanoTime();
    }

    /** Lists that stand in no file. */
    public static ListFiles none() {
        try {
            return new ListFiles(OwnLists.EMPTY, List.of(), List.of(), Duration.ofDays(1));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** As they are now. */
    public OwnLists current() {
        if (!(allowFiles.isEmpty() && denyFiles.isEmpty()) && System.nanoTime() - lookedAt > interval.toNanos()) {
            look();
        }
        return current;
    }

    private synchronized void look() {
        if (System.nanoTime() - lookedAt <= interval.toNanos()) {
            return;
        }
        lookedAt = System.nanoTime();
        List<FileTime> now = times();
        if (now.equals(times)) {
            return;
        }
        times = now;
        try {
            current = read();
            LOG.atInfo()
                    .addKeyValue("allow", current.allow().size())
                    .addKeyValue("deny", current.deny().size())
                    .log("lists read again");
        } catch (IOException problem) {
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .addKeyValue("advice", "mend the file; until then the lists stay as they were")
                    .log("a list can't be read");
        }
    }

    private OwnLists read() throws IOException {
        return configured.and(new OwnLists(read(allowFiles), read(denyFiles)));
    }

    private static List<Condition> read(List<Path> files) throws IOException {
        var conditions = new ArrayList<Condition>();
        for (Path file : files) {
            conditions.addAll(OwnLists.read(file));
        }
        return conditions;
    }

    private List<FileTime> times() {
        var times = new ArrayList<FileTime>();
        for (List<Path> files : List.of(allowFiles, denyFiles)) {
            files.forEach(file -> times.add(time(file).orElse(FileTime.fromMillis(0))));
        }
        return times;
    }

    private static Optional<FileTime> time(Path file) {
        try {
            return Optional.of(Files.getLastModifiedTime(file));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
