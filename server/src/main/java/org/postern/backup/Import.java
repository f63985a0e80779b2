package org.postern.backup;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.postern.spool.MessageId;
import org.postern.spool.RocksSpool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;

/**
 * Puts the messages of an export into a spool: each is there, durably and as a whole, before the next is looked at, so that one that was
 * broken off may be begun again. A file that is not what it should be costs its own message only.
 */
public final class Import {
    /** Octets of an {@code ID.json}, which is read whole: a message may have many recipients. */
    static final long JSON_OCTETS = 256L << 20;

    /** How far ahead of the clock an id may be: later ones of this spool begin behind it. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private static final String JSON = ".json";
    private static final String EML = ".eml";

    private final RocksSpool spool;
    private final Path directory;
    private final Instant now;

    /** What became of a message, or of a file that is none. */
    public sealed interface Outcome {
        /** It is in the spool now; {@code octets} of its {@code ID.eml}. */
        record Kept(MessageId id, long octets) implements Outcome {}

        /** It was in the spool before, and was left as it is there. */
        record Known(MessageId id) implements Outcome {}

        /** Its recipients have it, or who had to be told was told: nothing is left to do. */
        record Done(MessageId id) implements Outcome {}

        /** It can't be put there. */
        record Refused(String file, String why) implements Outcome {}
    }

    private Import(RocksSpool spool, Path directory, Instant now) {
        this.spool = spool;
        this.directory = directory;
        this.now = now;
    }

    /**
     * Puts all that {@code directory} holds into {@code spool}, oldest first, and tells what became of each.
     *
     * @throws SpoolProblem when the spool takes no more; what was told before is in it
     * @throws IOException when the directory can't be read
     */
    public static void into(RocksSpool spool, Path directory, Instant now, Consumer<Outcome> teller)
            throws IOException {
        var all = new Import(spool, directory, now);
        Set<String> names = names(directory);
        for (String name : names) {
            if (name.endsWith(JSON)) {
                teller.accept(all.outcome(name));
            } else if (name.endsWith(Export.PART)) {
                teller.accept(new Outcome.Refused(name, "an export that was broken off left it"));
            } else if (name.endsWith(EML) && !names.contains(stem(name) + JSON)) {
                teller.accept(
                        new Outcome.Refused(name, "there is no " + stem(name) + JSON + " that says to whom it goes"));
            }
        }
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        } catch (FileSystemException problem) {
            throw new IOException("can't read " + directory + ": " + why(problem), problem);
        }
    }

    private static String stem(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private Outcome outcome(String name) throws SpoolProblem {
        try {
            MessageFile file = Json.read(read(name));
            MessageId id = file.messageId();
            // The file's own name says where its octets are: what it says inside must not lead elsewhere.
            if (!name.equals(id + JSON)) {
                throw new Broken("it is of " + id + ", and must be named so");
            }
            if (Instant.ofEpochMilli(id.millis()).isAfter(now.plus(AHEAD))) {
                throw new Broken("it came on " + file.received() + ", which is not yet: see to this machine's clock");
            }
            if (spool.find(id).isPresent()) {
                return new Outcome.Known(id);
            }
            return restore(id, file);
        } catch (SpoolProblem problem) {
            throw problem;
        } catch (IOException problem) {
            return new Outcome.Refused(name, why(problem));
        }
    }

    private Outcome restore(MessageId id, MessageFile file) throws IOException {
        Path eml = regular(id + EML);
        try (InputStream octets = Files.newInputStream(eml, READ, NOFOLLOW_LINKS);
                Content content = Content.of(octets, file)) {
            SpooledMessage message = file.message(content.trace());
            if (message.isDone()) {
                return new Outcome.Done(id);
            }
            spool.restore(message, content);
            return new Outcome.Kept(id, file.octets());
        } catch (Broken problem) {
            throw new Broken(eml.getFileName() + ": " + problem.getMessage());
        }
    }

    private byte[] read(String name) throws IOException {
        Path file = regular(name);
        if (Files.size(file) > JSON_OCTETS) {
            throw new Broken("it has more than " + JSON_OCTETS + " octets");
        }
        try (InputStream in = Files.newInputStream(file, READ, NOFOLLOW_LINKS)) {
            return in.readAllBytes();
        }
    }

    /** No link, which may lead anywhere, and nothing that is waited for. */
    private Path regular(String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file, NOFOLLOW_LINKS)) {
            throw new Broken("there is no " + name);
        }
        if (!Files.isRegularFile(file, NOFOLLOW_LINKS)) {
            throw new Broken(name + " is no file of its own");
        }
        return file;
    }

    private static String why(IOException problem) {
        return switch (problem) {
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case NoSuchFileException _ -> "it is not there";
            default -> String.valueOf(problem.getMessage());
        };
    }
}
