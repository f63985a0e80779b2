package org.postern.spool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksIterator;

class RocksSpoolTest {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final RocksSpool.Room ROOM = new RocksSpool.Room(1 << 20, 0);

    @TempDir
    Path directory;

    private RocksSpool open() throws IOException {
        return RocksSpool.open(directory, ROOM, CLOCK);
    }

    private static SpooledMessage accept(Spool spool, String from, byte[] content, String... to) throws IOException {
        ReversePath sender = from.isEmpty() ? new ReversePath.Null() : mailbox(from);
        List<ForwardPath> recipients =
                List.of(to).stream().<ForwardPath>map(RocksSpoolTest::mailbox).toList();
        var envelope =
                new Envelope(sender, new MailParameters(OptionalLong.empty(), Body.EIGHT_BIT_MIME, true), recipients);
        return spool.accept(
                new Spool.Arrival(spool.nextId(), "s-1", envelope, "Received: x\r\n"),
                new ByteArrayInputStream(content));
    }

    private static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow();
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }

    @Test
    void messageIsFoundAgainAsItCame() throws IOException {
        SpooledMessage kept;
        try (RocksSpool spool = open()) {
            kept = accept(
                    spool,
                    "\"ann lee\"@example.org",
                    "hellö\r\n".getBytes(ISO_8859_1),
                    "bob@example.com",
                    "ü@example.com");
        }
        try (RocksSpool spool = open()) {
            SpooledMessage found = spool.find(kept.id()).orElseThrow();
            assertThat(found).isEqualTo(kept);
            assertThat(found.received()).isEqualTo(NOW);
            assertThat(found.body()).isEqualTo(Body.EIGHT_BIT_MIME);
            assertThat(spool.content(found).readAllBytes()).isEqualTo("hellö\r\n".getBytes(ISO_8859_1));
        }
    }

    /** RFC 6152 is about octets: what the next hop is told is what there is, whatever the client said. */
    @Test
    void contentWithoutEightBitOctetsIsKnownAsSuch() throws IOException {
        try (RocksSpool spool = open()) {
            assertThat(accept(spool, "", "hello\r\n".getBytes(ISO_8859_1), "bob@example.com")
                            .body())
                    .isEqualTo(Body.SEVEN_BIT);
            byte[] late = new byte[200_000];
            late[199_999] = (byte) 0xe9;
            assertThat(accept(spool, "", late, "bob@example.com").body()).isEqualTo(Body.EIGHT_BIT_MIME);
        }
    }

    /** Who is told of failures, and whom the sender had named, outlive a restart; so does that somebody was told. */
    @Test
    void standingOriginalsAndNoticesAreKept() throws IOException {
        Mailbox alias = Mailbox.parse("sales@example.com").orElseThrow();
        Mailbox bob = Mailbox.parse("bob@example.org").orElseThrow();
        SpooledMessage changed;
        try (RocksSpool spool = open()) {
            var envelope = new Envelope(new ReversePath.Null(), MailParameters.NONE, List.of(bob));
            var arrival = new Spool.Arrival(
                    spool.nextId(), "s-1", envelope, "", Optional.empty(), Standing.PROVEN, Map.of(bob, alias));
            SpooledMessage kept = spool.accept(arrival, new ByteArrayInputStream(new byte[] {'x'}));
            changed = kept.with(kept.age(), Recipient::withNotice);
            spool.update(changed);
        }
        try (RocksSpool spool = open()) {
            SpooledMessage found = spool.find(changed.id()).orElseThrow();
            assertThat(found).isEqualTo(changed);
            assertThat(found.standing()).isEqualTo(Standing.PROVEN);
            assertThat(found.recipients().getFirst().original()).contains(alias);
            assertThat(found.recipients().getFirst().noticed()).isTrue();
        }
    }

    @Test
    void doubtAndWhatBecameOfItAreKept() throws IOException {
        Mailbox bob = Mailbox.parse("bob@example.org").orElseThrow();
        var note = new Doubt.Note("iprev", "fail", true, "no name");
        Doubt doubt = Doubt.fresh(Doubt.Way.HELD, "192.0.2.1", "h.test", "iprev", List.of(note, note), "spf a.test");
        SpooledMessage held;
        SpooledMessage released;
        SpooledMessage digested;
        try (RocksSpool spool = open()) {
            held = doubted(spool, bob, doubt);
            SpooledMessage second = doubted(spool, bob, doubt);
            SpooledMessage third = doubted(spool, bob, doubt);
            digested = second.digested();
            spool.update(digested);
            released = third.digested();
            spool.update(released);
            released = released.released(NOW.plusSeconds(7));
            spool.update(released);
        }
        try (RocksSpool spool = open()) {
            assertThat(spool.page(Optional.empty(), 10)).containsExactly(held, digested, released);
        }
        assertThat(held.isQuarantined()).isTrue();
        assertThat(held.isJunk()).isFalse();
        assertThat(digested.isQuarantined()).isTrue();
        assertThat(digested.doubt().orElseThrow().digested()).isTrue();
        assertThat(released.isQuarantined()).isFalse();
        assertThat(released.isReleased()).isTrue();
        assertThat(released.age()).isZero();
        assertThat(released.trace()).isEqualTo("X-Postern-Findings: verdict=released by=iprev; iprev=fail\r\n");
        assertThat(released.recipients()).extracting(Recipient::state).containsExactly(Recipient.State.WAITING);
        assertThat(released.recipients().getFirst().due()).isEqualTo(NOW.plusSeconds(7));
    }

    private static SpooledMessage doubted(RocksSpool spool, Mailbox to, Doubt doubt) throws IOException {
        var envelope = new Envelope(new ReversePath.Null(), MailParameters.NONE, List.of(to));
        var arrival = new Spool.Arrival(
                spool.nextId(),
                "s-1",
                envelope,
                "X-Postern-Findings: verdict=quarantine by=iprev; iprev=fail\r\n",
                Optional.of(doubt),
                Standing.UNPROVEN,
                Map.of());
        return spool.accept(arrival, new ByteArrayInputStream(new byte[] {'x'}));
    }

    // Around the ends of pieces, whose first holds the label too.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8_000, 65_400, 65_479, 65_480, 65_481, 65_536, 131_016, 131_072, 1_000_000})
    void contentOfAnyLengthIsKept(int length) throws IOException {
        byte[] content = octets(length);
        try (RocksSpool spool = open()) {
            SpooledMessage kept = accept(spool, "", content, "bob@example.com");
            assertThat(spool.content(kept).readAllBytes()).isEqualTo(content);
            spool.done(kept);
        }
        assertEmpty();
    }

    /** Nothing is left in the database but its own settings. */
    private void assertEmpty() throws IOException {
        try (Store store = Store.open(directory, Store.Mode.SERVE)) {
            for (ColumnFamilyHandle family : store.families().subList(1, 4)) {
                try (RocksIterator all = store.db().newIterator(family)) {
                    all.seekToFirst();
                    assertThat(all.isValid()).isFalse();
                }
            }
            try (RocksIterator others = store.db().newIterator()) {
                others.seek(Records.OPEN);
                assertThat(others.isValid() && Records.isOpen(others.key())).isFalse();
            }
        }
    }

    @Test
    void pagesGoOnWhereTheLastOneEnded() throws IOException {
        try (RocksSpool spool = open()) {
            var ids = new ArrayList<MessageId>();
            for (int i = 0; i < 25; i++) {
                ids.add(accept(spool, "ann@example.org", octets(10), "bob@example.com")
                        .id());
            }
            var found = new ArrayList<MessageId>();
            Optional<MessageId> last = Optional.empty();
            for (var page = spool.page(last, 10); !page.isEmpty(); page = spool.page(last, 10)) {
                page.forEach(message -> found.add(message.id()));
                last = Optional.of(found.getLast());
            }
            assertThat(found).isEqualTo(ids).isSorted();
        }
    }

    // What is written while a page is read is in neither place: no longer waiting to be written, not yet in what is
    // read.
    @Test
    void pagesKnowWhatWasSaidBefore() throws IOException {
        try (RocksSpool spool = open()) {
            for (int i = 0; i < 300; i++) {
                accept(spool, "ann@example.org", octets(10), "bob@example.com");
            }
            List<SpooledMessage> left = new ArrayList<>(spool.page(Optional.empty(), 1_000));
            while (!left.isEmpty()) {
                SpooledMessage last = left.removeLast();
                SpooledMessage held = last.with(Duration.ZERO, recipient -> recipient.held("looked at"));
                spool.update(held);
                assertThat(spool.page(Optional.empty(), 1_000)).last().isEqualTo(held);
                spool.done(held);
                assertThat(spool.page(Optional.empty(), 1_000))
                        .doesNotContain(held, last)
                        .hasSize(left.size());
            }
        }
    }

    @Test
    void lastStateIsTheOneThatIsFound() throws IOException {
        SpooledMessage second;
        try (RocksSpool spool = open()) {
            SpooledMessage kept = accept(spool, "", octets(10), "bob@example.com", "eve@example.com");
            SpooledMessage first = kept.with(
                    Duration.ofSeconds(1), recipient -> recipient.later(NOW.plusSeconds(300), "no such directory"));
            spool.update(first);
            second = first.with(
                    Duration.ofSeconds(301),
                    recipient -> recipient.path().equals(mailbox("bob@example.com"))
                            ? recipient.delivered("into a Maildir")
                            : recipient.held("as asked"));
            spool.update(second);
        }
        try (RocksSpool spool = open()) {
            assertThat(spool.find(second.id())).contains(second);
            assertThat(spool.page(Optional.empty(), 10)).containsExactly(second);
            assertThat(second.isHeld()).isTrue();
            spool.done(second);
            accept(spool, "", octets(1), "bob@example.com");
            assertThat(spool.find(second.id())).isEmpty();
        }
    }

    @Test
    void messageThatBreaksOffLeavesNothing() throws IOException {
        var gone = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the client has gone");
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                return read();
            }
        };
        var breaking = new SequenceInputStream(new ByteArrayInputStream(octets(200_000)), gone);
        try (RocksSpool spool = open()) {
            var arrival = new Spool.Arrival(
                    spool.nextId(),
                    "s-1",
                    new Envelope(new ReversePath.Null(), MailParameters.NONE, List.of(mailbox("bob@example.com"))),
                    "");
            assertThatThrownBy(() -> spool.accept(arrival, breaking)).hasMessage("the client has gone");
            assertThat(spool.page(Optional.empty(), 10)).isEmpty();
        }
        assertEmpty();
    }

    @Test
    void namesGoOnAfterARestartEvenWhenTheClockWentBack() throws IOException {
        SpooledMessage before;
        try (RocksSpool spool = open()) {
            before = accept(spool, "", octets(1), "bob@example.com");
        }
        Clock earlier = Clock.fixed(NOW.minusSeconds(3_600), ZoneOffset.UTC);
        try (RocksSpool spool = RocksSpool.open(directory, ROOM, earlier)) {
            assertThat(spool.nextId()).isGreaterThan(before.id());
        }
    }

    // A kill may come between a write that nobody waits for and the ledger's next line.
    @Test
    void ledgerThatDidNotSeeAMessageGoLearnsOfItAtTheNextStart() throws IOException {
        SpooledMessage gone;
        Path ledger = directory.resolve("ledger");
        byte[] before;
        try (RocksSpool spool = open()) {
            gone = accept(spool, "", octets(10), "bob@example.com");
            before = Files.readAllBytes(ledger);
            spool.done(gone);
            accept(spool, "", octets(10), "bob@example.com");
        }
        Files.write(ledger, before);
        for (int start = 0; start < 3; start++) {
            try (RocksSpool spool = open()) {
                assertThat(spool.page(Optional.empty(), 10)).hasSize(1);
                assertThat(spool.find(gone.id())).isEmpty();
            }
        }
    }

    @Test
    void secondServerOnTheSameDirectoryIsRefused() throws IOException {
        try (RocksSpool spool = open()) {
            spool.requireRoom();
            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            SpoolProblem.class,
                            problem -> assertThat(problem.kind()).isEqualTo(SpoolProblem.Kind.IN_USE))
                    .hasMessageContaining("another Postern runs on this data directory");
        }
    }

    @Test
    void manyAtOnceAreAllKept() throws Exception {
        int count = 2_000;
        try (RocksSpool spool = open();
                var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<SpooledMessage>> kept = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                kept.add(senders.submit(() -> accept(spool, "ann@example.org", octets(4_096), "bob@example.com")));
            }
            for (Future<SpooledMessage> message : kept) {
                assertThat(spool.find(message.get().id())).isPresent();
            }
            assertThat(spool.page(Optional.empty(), count + 1)).hasSize(count);
        }
    }

    @Test
    void idsReadBack() {
        var id = new MessageId(NOW.toEpochMilli() << 20 | 5);
        assertThat(id.toString()).matches("m-[0-9A-Z]{13}");
        assertThat(MessageId.parse(id.toString())).contains(id);
        assertThat(MessageId.parse(id.toString().toLowerCase(java.util.Locale.ROOT)))
                .contains(id);
        assertThat(MessageId.parse("m-ZZZZZZZZZZZZZ")).isEmpty();
        assertThat(id.millis()).isEqualTo(NOW.toEpochMilli());
    }
}
