package org.postern.maildrop;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.postern.message.CrlfStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what lies in the maildrop into the spool, on a thread of its own. A file is first moved to where nobody else can change it, and
 * removed once its message is on stable storage: a crash between the two delivers it twice, and never loses it. One that can't be read
 * stays where it is, and is named in the log, once.
 */
public final class Pickup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pickup.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Path directory;
    private final Path taken;
    private final Taker taker;
    private final Set<Path> broken = new HashSet<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Takes messages into the spool. */
    public interface Taker {
        /**
         * Takes one; it is on stable storage when this returns.
         *
         * @param uid whose it is
         * @param message its octets, to be read to their end
         * @throws IOException when it can't be taken now: it is tried again
         */
        void take(int uid, Dropped envelope, InputStream message) throws IOException;
    }

    /** A message that will never be taken. */
    public static final class NotFit extends IOException {
        private static final long serialVersionUID = 1;

        /** For that reason, a clause about "it". */
        public NotFit(String why) {
            super(why);
        }
    }

    private Pickup(Path directory, Taker taker) {
        this.directory = directory;
        this.taken = directory.resolve(Maildrop.TAKEN);
        this.taker = taker;
        this.thread = Thread.ofPlatform().name("pickup").unstarted(this::run);
    }

    /** Makes the maildrop, and looks into it from now on. */
    public static Pickup start(Path directory, Taker taker) throws IOException {
        Maildrop.make(directory);
        var pickup = new Pickup(directory, taker);
        pickup.thread.start();
        return pickup;
    }

    private void run() {
        while (!closed) {
            try {
                look();
                Thread.sleep(EVERY);
            } catch (InterruptedException stop) {
                return;
            } catch (IOException | RuntimeException problem) {
                LOG.atError()
                        .addKeyValue("directory", directory)
                        .addKeyValue("problem", problem)
                        .log("the maildrop can't be read; it is tried again");
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(EVERY.multipliedBy(10));
            return true;
        } catch (InterruptedException stop) {
            return false;
        }
    }

    private void look() throws IOException {
        // What was taken before a crash is first.
        each(taken, this::pickUp);
        each(directory, this::take);
    }

    private interface Step {
        void with(Path file) throws IOException;
    }

    private void each(Path where, Step step) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(where, Maildrop.WHOLE + "*")) {
            for (Path file : files) {
                if (closed) {
                    return;
                }
                if (!broken.contains(file)) {
                    step.with(file);
                }
            }
        }
    }

    private void take(Path file) throws IOException {
        // Under a name that nobody can guess, and so put another's mail in the place of.
        Path ours = taken.resolve(Maildrop.WHOLE + UUID.randomUUID());
        try {
            requireFit(file);
            Files.move(file, ours, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException gone) {
            // Its owner took it back.
            return;
        } catch (Dropped.Broken problem) {
            name(file, problem);
            return;
        }
        pickUp(ours);
    }

    private void pickUp(Path file) throws IOException {
        try {
            // Again: until it was moved, its owner could put something else in its place.
            requireFit(file);
            int uid = (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            try (InputStream in = new BufferedInputStream(open(file))) {
                Dropped envelope = Dropped.read(in);
                taker.take(uid, envelope, new CrlfStream(in));
            }
            Files.delete(file);
        } catch (Dropped.Broken | NotFit problem) {
            name(file, problem);
        }
    }

    /** One that its owner keeps from us must not hold up all others. */
    private static InputStream open(Path file) throws IOException {
        try {
            return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException secret) {
            throw new Dropped.Broken("the server may not read it");
        }
    }

    /** A regular file with one name: else somebody else's could be read through it. */
    private static void requireFit(Path file) throws IOException {
        Map<String, Object> facts = Files.readAttributes(file, "unix:nlink,isRegularFile", LinkOption.NOFOLLOW_LINKS);
        if (!Boolean.TRUE.equals(facts.get("isRegularFile"))) {
            throw new Dropped.Broken("it is no regular file");
        }
        if (!(facts.get("nlink") instanceof Integer links) || links != 1) {
            throw new Dropped.Broken("it has several names (hard links)");
        }
    }

    private void name(Path file, IOException problem) {
        broken.add(file);
        LOG.atError()
                .addKeyValue("file", file)
                .addKeyValue("problem", problem.getMessage())
                .addKeyValue("advice", "look at it and remove it; it is not tried again before the next start")
                .log("a file in the maildrop can't be picked up, and stays");
    }

    /** Looks no more; what it works at is ended. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
