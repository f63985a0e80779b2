package org.postern.quarantine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.queue.Queue;
import org.postern.smtp.Domain;
import org.postern.spool.MessageId;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/** Digests at 7 o'clock in Berlin, an hour east of Greenwich in November. */
class DigestsTest {
    @TempDir
    private Path directory;

    private QuarantineSpool spool;
    private final List<SpooledMessage> queued = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        spool = new QuarantineSpool(directory.resolve("spool"), "2026-11-28T12:00:00Z");
    }

    @AfterEach
    void close() throws IOException {
        spool.close();
    }

    private Digests digests(Digests.Readers readers) {
        return digests(readers, this::note);
    }

    private Digests digests(Digests.Readers readers, Digests.Noted noted) {
        var settings = new Digests.Settings(
                new Domain("mx.example.com"), directory.resolve("digest"), readers, LocalTime.of(7, 0));
        return new Digests(
                settings, spool.spool(), new Suspects(spool.spool(), Duration.ofDays(30)), noted, queued::add, spool);
    }

    private Queue.Answer note(MessageId id) throws IOException {
        spool.spool().update(spool.spool().find(id).orElseThrow().digested());
        return Queue.Answer.DONE;
    }

    private SpooledMessage held(String subject, String... to) throws IOException {
        return spool.held("ann@example.org", "", "From: Ann <ann@example.org>\r\nSubject: " + subject, to);
    }

    /** The newest digest, quoted-printable undone where it matters here. */
    private String newest() throws IOException {
        return new String(spool.spool().content(queued.getLast()).readAllBytes(), US_ASCII)
                .replace("=\r\n", "")
                .replace("=3D", "=");
    }

    private List<String> readers() {
        return queued.stream()
                .map(one -> one.recipients().getFirst().path().path())
                .toList();
    }

    @Test
    void itComesAtItsTimeAndOnlyWhenSomethingIsNew() throws IOException {
        Digests digests = digests(Digests.Readers.POSTMASTER);
        digests.look();
        SpooledMessage first = held("one", "bob@example.com");
        spool.set("2026-11-29T05:59:59Z");
        digests.look();
        assertThat(queued).isEmpty();

        spool.set("2026-11-29T06:00:00Z");
        digests.look();
        digests.look();
        assertThat(readers()).containsExactly("<postmaster>");
        assertThat(newest())
                .contains(
                        "Subject: 1 message kept back on mx.example.com",
                        first.id().toString());

        spool.set("2026-11-30T06:00:00Z");
        digests.look();
        assertThat(queued).hasSize(1);

        SpooledMessage second = held("two", "bob@example.com");
        spool.set("2026-12-01T06:00:01Z");
        digests.look();
        assertThat(queued).hasSize(2);
        assertThat(newest())
                .contains(second.id().toString(), "1 message of which was told before lies there still")
                .doesNotContain(first.id().toString());
    }

    @Test
    void daysThatWereMissedAreMadeUpForOnce() throws IOException {
        digests(Digests.Readers.POSTMASTER).look();
        held("one", "bob@example.com");
        spool.set("2026-12-03T11:00:00Z");
        digests(Digests.Readers.POSTMASTER).look();
        digests(Digests.Readers.POSTMASTER).look();
        assertThat(queued).hasSize(1);
    }

    @Test
    void crashBeforeItIsNotedTellsOnceMore() throws IOException {
        digests(Digests.Readers.POSTMASTER).look();
        held("one", "bob@example.com");
        spool.set("2026-11-29T06:00:00Z");
        Digests crashing = digests(Digests.Readers.POSTMASTER, _ -> {
            throw new IOException("crash");
        });
        assertThatThrownBy(crashing::look).hasMessage("crash");
        assertThat(queued).hasSize(1);
        digests(Digests.Readers.POSTMASTER).look();
        assertThat(queued).hasSize(2);
        spool.set("2026-11-30T06:00:00Z");
        digests(Digests.Readers.POSTMASTER).look();
        assertThat(queued).hasSize(2);
    }

    @Test
    void whatWasReleasedMeanwhileIsNotToldOf() throws IOException {
        digests(Digests.Readers.POSTMASTER).look();
        spool.spool().update(held("one", "bob@example.com").released(spool.instant()));
        spool.set("2026-11-29T06:00:00Z");
        digests(Digests.Readers.POSTMASTER).look();
        assertThat(queued).isEmpty();
    }

    @Test
    void recipientsGetOneEachWithTheirOwnOnly() throws IOException {
        digests(Digests.Readers.RECIPIENTS).look();
        SpooledMessage both = held("both", "bob@example.com", "ü@example.com");
        SpooledMessage bobs = held("bobs", "bob@example.com");
        spool.set("2026-11-29T06:00:00Z");
        digests(Digests.Readers.RECIPIENTS).look();

        assertThat(readers()).containsExactly("<bob@example.com>", "<ü@example.com>");
        assertThat(queued).extracting(SpooledMessage::smtputf8).containsExactly(false, true);
        assertThat(newest())
                .contains(both.id().toString(), "ask the postmaster")
                .doesNotContain(bobs.id().toString(), "postern quarantine");
    }

    /** RFC 5321 §4.5.5: nothing answers it; and nobody judges it. */
    @Test
    void itIsFromNobodyAndNeverDoubted() throws IOException {
        digests(Digests.Readers.POSTMASTER).look();
        held("one", "bob@example.com");
        spool.set("2026-11-29T06:00:00Z");
        digests(Digests.Readers.POSTMASTER).look();
        assertThat(queued).singleElement().satisfies(digest -> {
            assertThat(digest.from().path()).isEqualTo("<>");
            assertThat(digest.standing()).isEqualTo(Standing.OURS);
            assertThat(digest.doubt()).isEmpty();
            assertThat(digest.isQuarantined()).isFalse();
        });
    }

    @Test
    void pastAHundredItSaysHowManyMore() throws IOException {
        digests(Digests.Readers.POSTMASTER).look();
        for (int i = 0; i < 103; i++) {
            held("number " + i, "bob@example.com");
        }
        spool.set("2026-11-29T06:00:00Z");
        digests(Digests.Readers.POSTMASTER).look();
        assertThat(newest())
                .contains("Subject: 103 messages", "number 99", "There are 3 more: postern quarantine list.")
                .doesNotContain("number 100");
        spool.set("2026-11-30T06:00:00Z");
        digests(Digests.Readers.POSTMASTER).look();
        assertThat(queued).hasSize(1);
    }

    @Test
    @Tag("xss-1")
    void whatASenderWroteIsNoMarkupAndFitsALine() throws IOException {
        digests(Digests.Readers.POSTMASTER).look();
        held("<img src=x onerror=a()> & '\"" + "x".repeat(400) + "\u001b[2J", "bob@example.com");
        spool.set("2026-11-29T06:00:00Z");
        digests(Digests.Readers.POSTMASTER).look();
        String mail = newest();
        String html = mail.substring(mail.indexOf("<!DOCTYPE html>"));
        assertThat(html)
                .contains("&lt;img src=x onerror=a()&gt; &amp; &#39;&quot;xxx")
                .doesNotContain("<img");
        String text = mail.substring(mail.indexOf("\r\n\r\n"), mail.indexOf("<!DOCTYPE html>"));
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
        assertThat(mail).doesNotContain("\u001b");
    }
}
