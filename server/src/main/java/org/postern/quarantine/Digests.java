package org.postern.quarantine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.postern.dsn.OwnMail;
import org.postern.queue.Queue;
import org.postern.route.DurableFile;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells once a day what was put into quarantine since the last time. A file of ours says when that was: a day that was missed is made up
 * for at the start. Each message is noted as told once its digests are on stable storage, so that a crash between the two tells of it once
 * more, and never not at all.
 */
public final class Digests implements AutoCloseable {
    /** The file's name in the data directory. */
    public static final String NAME = "digest";

    private static final Logger LOG = LoggerFactory.getLogger(Digests.class);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration AFTER_PROBLEM = Duration.ofHours(1);
    private static final int PAGE = 1_000;

    private final Settings settings;
    private final Spool spool;
    private final Suspects suspects;
    private final Noted noted;
    private final Consumer<SpooledMessage> queue;
    private final Clock clock;
    private final Thread keeper;

    /** Whom digests go to. */
    public enum Readers {
        RECIPIENTS,
        POSTMASTER
    }

    /**
     * How it is done.
     *
     * @param file where the time of the last one is kept
     * @param at in the clock's own time
     */
    public record Settings(Domain hostname, Path file, Readers readers, LocalTime at) {}

    /** Notes that a message was told of. */
    interface Noted {
        Queue.Answer note(MessageId id) throws IOException;
    }

    Digests(
            Settings settings,
            Spool spool,
            Suspects suspects,
            Noted noted,
            Consumer<SpooledMessage> queue,
            Clock clock) {
        this.settings = settings;
        this.spool = spool;
        this.suspects = suspects;
        this.noted = noted;
        this.queue = queue;
        this.clock = clock;
        this.keeper = Thread.ofPlatform().daemon().name("digests").unstarted(this::keep);
    }

    /** Sends what is due, from now on. */
    public static Digests start(Settings settings, Spool spool, Suspects suspects, Queue queue, Clock clock) {
        var digests = new Digests(settings, spool, suspects, queue::noteDigest, queue::add, clock);
        digests.keeper.start();
        return digests;
    }

    private void keep() {
        try {
            while (true) {
                Thread.sleep(lookAndSay() ? LOOK : AFTER_PROBLEM);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean lookAndSay() {
        try {
            look();
            return true;
        } catch (IOException | RuntimeException problem) {
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .setCause(problem)
                    .log("a digest of the quarantine can't be kept, and is tried again in an hour");
            return false;
        }
    }

    /** Sends the digests if they are due. */
    void look() throws IOException {
        ZonedDateTime now = ZonedDateTime.now(clock);
        ZonedDateTime today = now.with(settings.at());
        ZonedDateTime due = today.isAfter(now) ? now.minusDays(1).with(settings.at()) : today;
        Optional<Instant> last = last();
        if (last.isEmpty()) {
            // The first day ends with the first digest.
            write(now.toInstant());
        } else if (last.get().isBefore(due.toInstant())) {
            send(now);
            write(now.toInstant());
        }
    }

    private Optional<Instant> last() throws IOException {
        try {
            return Optional.of(Instant.parse(Files.readString(settings.file()).strip()));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (DateTimeParseException odd) {
            throw new IOException(settings.file() + " holds no time; remove it", odd);
        }
    }

    private void write(Instant now) throws IOException {
        DurableFile.replace(settings.file(), now + "\n");
    }

    private void send(ZonedDateTime now) throws IOException {
        List<SpooledMessage> fresh = new ArrayList<>();
        long older = 0;
        Optional<MessageId> last = Optional.empty();
        for (List<SpooledMessage> page = spool.page(last, PAGE); !page.isEmpty(); page = spool.page(last, PAGE)) {
            for (SpooledMessage message : page) {
                if (message.isQuarantined()) {
                    boolean isTold = message.doubt().filter(Doubt::digested).isPresent();
                    older += isTold ? 1 : 0;
                    if (!isTold) {
                        fresh.add(message);
                    }
                }
            }
            last = Optional.of(page.getLast().id());
        }
        for (Map.Entry<ForwardPath, List<SpooledMessage>> one : byReader(fresh).entrySet()) {
            send(one.getKey(), one.getValue(), older, now);
        }
        for (SpooledMessage message : fresh) {
            noted.note(message.id());
        }
    }

    private Map<ForwardPath, List<SpooledMessage>> byReader(List<SpooledMessage> fresh) {
        Map<ForwardPath, List<SpooledMessage>> byReader = new LinkedHashMap<>();
        for (SpooledMessage message : fresh) {
            switch (settings.readers()) {
                case POSTMASTER ->
                    byReader.computeIfAbsent(new ForwardPath.Postmaster(), _ -> new ArrayList<>())
                            .add(message);
                case RECIPIENTS ->
                    message.recipients().stream()
                            .map(Recipient::path)
                            .distinct()
                            .forEach(path -> byReader.computeIfAbsent(path, _ -> new ArrayList<>())
                                    .add(message));
            }
        }
        return byReader;
    }

    private void send(ForwardPath reader, List<SpooledMessage> messages, long older, ZonedDateTime now)
            throws IOException {
        List<Suspect> told = new ArrayList<>();
        for (SpooledMessage message : messages.subList(0, Math.min(messages.size(), DigestMail.MOST))) {
            told.add(suspects.of(message));
        }
        MessageId id = spool.nextId();
        String mail = new DigestMail(
                        settings.hostname(),
                        settings.readers(),
                        reader,
                        told,
                        messages.size() - told.size(),
                        settings.readers() == Readers.POSTMASTER ? older : 0,
                        now,
                        id.toString())
                .text();
        boolean isInternational = reader instanceof Mailbox mailbox && !mailbox.isAscii();
        SpooledMessage kept = OwnMail.keep(spool, id, reader, isInternational, mail.getBytes(UTF_8));
        LOG.atInfo()
                .addKeyValue("id", id)
                .addKeyValue("to", reader.path())
                .addKeyValue("messages", messages.size())
                .log("digest");
        queue.accept(kept);
    }

    /** Sends no more. Once it returns, nothing is asked of the spool. */
    @Override
    public void close() {
        keeper.interrupt();
        try {
            keeper.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
