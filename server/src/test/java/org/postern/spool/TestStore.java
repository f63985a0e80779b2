package org.postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;

/** A spool to be damaged, and what was put into it. */
final class TestStore {
    static final RocksSpool.Room ROOM = new RocksSpool.Room(1 << 20, 0);

    final Path directory;
    final TreeMap<MessageId, SpooledMessage> kept = new TreeMap<>();

    TestStore(Path directory) {
        this.directory = directory;
    }

    RocksSpool open() throws IOException {
        return RocksSpool.open(directory, ROOM, Clock.systemUTC());
    }

    /** Puts {@code count} messages in, every {@code large}th of which is in pieces, every tenth in a second state. */
    TestStore with(int count, int large) throws IOException {
        try (RocksSpool spool = open()) {
            for (int i = 0; i < count; i++) {
                accept(spool, large > 0 && i % large == large - 1 ? 200_000 : 1_000 + i % 7 * 300);
            }
        }
        return this;
    }

    SpooledMessage accept(RocksSpool spool, int octets) throws IOException {
        int number = kept.size();
        var envelope = new Envelope(
                Mailbox.parse("ann@example.org")
                        .<ReversePath>map(mailbox -> mailbox)
                        .orElseThrow(),
                MailParameters.NONE,
                List.of(Mailbox.parse("bob" + number + "@example.com").orElseThrow()));
        MessageId id = spool.nextId();
        var arrival = new Spool.Arrival(id, "s-1", envelope, "Received: from test\r\n");
        SpooledMessage message = spool.accept(arrival, new ByteArrayInputStream(content(id, octets)));
        if (number % 10 == 0) {
            message = message.with(
                    Duration.ofSeconds(1),
                    recipient -> recipient.later(Instant.parse("2026-11-25T12:00:00Z"), "try again"));
            spool.update(message);
        }
        kept.put(id, message);
        return message;
    }

    private static byte[] content(MessageId id, int octets) {
        byte[] content = new byte[octets];
        new Random(id.value()).nextBytes(content);
        return content;
    }

    /** Whose message it is. */
    String label(MessageId id) {
        SpooledMessage message = kept.get(id);
        return message == null ? "nobody's" : Records.label(message.envelope());
    }

    /** From the log into tables. */
    void flush() throws IOException {
        try (RocksSpool _ = open()) {
            // So that all is well with it.
        }
        try (Store store = Store.open(directory, Store.Mode.SERVE);
                var wait = new FlushOptions().setWaitForFlush(true)) {
            store.db().flush(wait, store.families());
        } catch (RocksDBException problem) {
            throw new IOException(problem);
        }
    }

    /** The tables of a family. */
    List<Path> tables(String family) throws IOException {
        try (Store store = Store.open(directory, Store.Mode.SERVE)) {
            return store.db().getLiveFilesMetaData().stream()
                    .filter(file -> new String(file.columnFamilyName(), java.nio.charset.StandardCharsets.US_ASCII)
                            .equals(family))
                    .map(file -> directory
                            .resolve("db")
                            .resolve(Path.of(file.fileName()).getFileName().toString()))
                    .toList();
        }
    }

    /** The log with the messages: closing does not move them into RocksDB's tables. */
    Path log() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
    }

    static void flip(Path file, long place) throws IOException {
        try (var octets = new RandomAccessFile(file.toFile(), "rw")) {
            octets.seek(place);
            int octet = octets.read();
            octets.seek(place);
            octets.write(octet ^ 0x10);
        }
    }

    static void cut(Path file, long length) throws IOException {
        try (var octets = new RandomAccessFile(file.toFile(), "rw")) {
            octets.setLength(length);
        }
    }

    /** A copy in another directory. */
    TestStore copy(Path to) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.toList()) {
                Path name = directory.relativize(one);
                if (!one.equals(directory) && !name.startsWith("native")) {
                    Files.copy(one, to.resolve(name.toString()));
                }
            }
        }
        var copy = new TestStore(to);
        copy.kept.putAll(kept);
        return copy;
    }

    /** The messages that are in it, each with all of its content as it came. */
    List<SpooledMessage> read() throws IOException {
        try (RocksSpool spool = open()) {
            List<SpooledMessage> found = spool.page(Optional.empty(), kept.size() + 10);
            for (SpooledMessage message : found) {
                assertThat(spool.content(message).readAllBytes())
                        .isEqualTo(content(message.id(), Math.toIntExact(message.octets())));
            }
            return found;
        }
    }
}
