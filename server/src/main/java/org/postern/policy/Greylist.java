package org.postern.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has come, and who has come again: a client that greylisting asks to come later is let in when it does, as servers with a queue do
 * and most senders of junk don't (RFC 6647). Kept in memory and in a file beside, to which each change is appended; so it outlives a
 * restart, and a power cut may take its last words. Safe for many threads.
 */
public final class Greylist implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Greylist.class);

    private final Path file;
    private Settings settings;
    private final Clock clock;
    private final Map<String, Seen> seen = new LinkedHashMap<>(16, 0.75f, true);
    private BufferedWriter log;
    private int lines;

    /**
     * How it works.
     *
     * @param delay how long a client has to wait before it is let in
     * @param window how long it may take to come again
     * @param pass how long who was let in once is let in at once, from its last message on
     * @param entries how many are remembered; past it who came longest ago is forgotten
     */
    public record Settings(Duration delay, Duration window, Duration pass, int entries) {
        /** The defaults. RFC 6647 §5: minutes for the delay, and at least a week for the pass. */
        public static final Settings DEFAULT =
                new Settings(Duration.ofMinutes(5), Duration.ofDays(2), Duration.ofDays(35), 100_000);
    }

    private record Seen(Instant first, boolean passed, Instant last) {}

    private Greylist(Path file, Settings settings, Clock clock) throws IOException {
        this.file = file;
        this.settings = settings;
        this.clock = clock;
        read();
        this.log = compact();
    }

    /** What is kept in {@code file}, which may not be there yet. */
    public static Greylist open(Path file, Settings settings, Clock clock) throws IOException {
        return new Greylist(file, settings, clock);
    }

    /**
     * Whether that client may pass: it has passed before, or it has asked for this very sender and recipient long enough ago.
     *
     * @param pool who the client is: one name for all addresses that a sender's messages may come from
     */
    public synchronized boolean passes(String pool, String sender, String recipient) {
        Instant now = clock.instant();
        String known = clean(pool);
        String asked = known + "\t" + clean(sender) + "\t" + clean(recipient);
        Seen before = seen.get(known);
        if (before != null && before.last.plus(settings.pass).isAfter(now)) {
            // Not for each message: once in a while is enough for a time of weeks.
            if (Duration.between(before.last, now).compareTo(Duration.ofHours(1)) > 0) {
                put(known, new Seen(before.first, true, now));
            }
            return true;
        }
        Seen first = seen.get(asked);
        // A clock that was set back must not keep anybody waiting until it is there again.
        if (first == null
                || first.first.isAfter(now)
                || first.first.plus(settings.window).isBefore(now)) {
            put(asked, new Seen(now, false, now));
            return false;
        }
        if (first.first.plus(settings.delay).isAfter(now)) {
            return false;
        }
        put(known, new Seen(first.first, true, now));
        return true;
    }

    /** Works otherwise from now on, with all that it remembers. */
    public synchronized void change(Settings next) {
        settings = next;
        forgetOldest();
    }

    /** How many are remembered. */
    public synchronized int size() {
        return seen.size();
    }

    /** What a client wrote, fit for a line. */
    private static String clean(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("\\p{Cntrl}", "?");
    }

    private void put(String key, Seen entry) {
        seen.put(key, entry);
        forgetOldest();
        try {
            log.write(line(key, entry));
            log.flush();
            if (++lines > 2 * settings.entries + 1_000) {
                log.close();
                log = compact();
            }
        } catch (IOException problem) {
            LOG.atError()
                    .addKeyValue("file", file)
                    .addKeyValue("problem", problem.getMessage())
                    .log("greylisting goes on in memory only");
        }
    }

    private void forgetOldest() {
        var oldest = seen.entrySet().iterator();
        while (seen.size() > settings.entries && oldest.hasNext()) {
            oldest.next();
            oldest.remove();
        }
    }

    private static String line(String key, Seen entry) {
        return entry.first.getEpochSecond() + "\t" + (entry.passed ? "passed" : "asked") + "\t"
                + entry.last.getEpochSecond() + "\t" + key + "\n";
    }

    private void read() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String text = new String(Files.readAllBytes(file), UTF_8);
        // The last line may be torn: half a name would let in somebody else.
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            String[] parts = line.split("\t", 4);
            if (parts.length == 4
                    && parts[0].matches("[0-9]{1,12}")
                    && parts[1].matches("passed|asked")
                    && parts[2].matches("[0-9]{1,12}")) {
                seen.put(
                        parts[3],
                        new Seen(
                                Instant.ofEpochSecond(Long.parseLong(parts[0])),
                                parts[1].equals("passed"),
                                Instant.ofEpochSecond(Long.parseLong(parts[2]))));
            }
        }
        forgetOldest();
    }

    /** Writes anew what is still of use, and goes on behind it. */
    private BufferedWriter compact() throws IOException {
        Instant now = clock.instant();
        seen.values()
                .removeIf(entry -> entry.last
                        .plus(entry.passed ? settings.pass : settings.window)
                        .isBefore(now));
        Path making = file.resolveSibling(file.getFileName() + ".new");
        Files.createDirectories(file.toAbsolutePath().getParent());
        List<String> all = seen.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .toList();
        Files.writeString(making, String.join("", all));
        Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
        lines = all.size();
        return Files.newBufferedWriter(file, CREATE, APPEND);
    }

    @Override
    public synchronized void close() throws IOException {
        log.close();
    }
}
