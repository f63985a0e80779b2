package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.strings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.route.Srs.Meaning;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/** Senders written so that they pass SPF as ours, and back again. */
class SrsTest {
    private static final Domain OURS = new Domain("example.com");
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @TempDir
    private Path directory;

    private Srs srs(Duration later) {
        return new Srs(OURS, directory, Clock.fixed(NOW.plus(later), ZoneOffset.UTC));
    }

    private static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow();
    }

    private static Optional<Meaning> stands(String sender) {
        return Optional.of(new Meaning.Stands(mailbox(sender)));
    }

    @Test
    void senderIsWrittenInOurDomainAndFindsItsWayBack() throws IOException {
        Mailbox written = srs(Duration.ZERO).rewritten(mailbox("Ann.Lee=x@Example.ORG"));
        assertThat(written.toString()).matches("SRS0=[a-z2-7]{6}=[a-z2-7]{2}=example.org=Ann.Lee=x@example.com");
        assertThat(srs(Duration.ofDays(20)).meaning(written)).isEqualTo(stands("Ann.Lee=x@example.org"));
    }

    /** Hosts on the way may write it all in one case. */
    @Test
    void caseDoesNotMatterToTheHash() throws IOException {
        Mailbox written = srs(Duration.ZERO).rewritten(mailbox("ann@example.org"));
        assertThat(srs(Duration.ZERO).meaning(mailbox(written.toString().toLowerCase(Locale.ROOT))))
                .isEqualTo(stands("ann@example.org"));
        assertThat(srs(Duration.ZERO).meaning(mailbox(written.toString().toUpperCase(Locale.ROOT))))
                .isEqualTo(stands("ANN@EXAMPLE.ORG"));
    }

    /** Of a chain of forwarders the first alone is told. */
    @Test
    void whatWasForwardedBeforeGoesBackToWhoForwardedItFirst() throws IOException {
        Mailbox once = srs(Duration.ZERO).rewritten(mailbox("SRS0=aaaa=bb=example.org=ann@forwarder.test"));
        assertThat(once.toString()).matches("SRS1=[a-z2-7]{6}=forwarder.test==aaaa=bb=example.org=ann@example.com");
        assertThat(srs(Duration.ZERO).meaning(once)).isEqualTo(stands("SRS0=aaaa=bb=example.org=ann@forwarder.test"));
        Mailbox twice =
                srs(Duration.ZERO).rewritten(mailbox("SRS1=zz99=first.test==aaaa=bb=example.org=ann@second.test"));
        assertThat(srs(Duration.ZERO).meaning(twice)).isEqualTo(stands("SRS0=aaaa=bb=example.org=ann@first.test"));
    }

    @Test
    void whatDoesNotFitIsKeptHere() throws IOException {
        String address = "bounces+1234567-89ab-list=subscriber.example.net@mail-out.news.example.org";
        Mailbox written = srs(Duration.ZERO).rewritten(mailbox(address));
        assertThat(written.toString()).matches("SRS0=[a-z2-7]{6}=[a-z2-7]{2}==[a-z2-7]{12}@example.com");
        assertThat(srs(Duration.ofDays(20)).meaning(written)).isEqualTo(stands(address));
        assertThat(srs(Duration.ZERO).rewritten(mailbox(address))).isEqualTo(written);
        assertThat(Files.readAllLines(directory.resolve("senders-" + NOW.getEpochSecond() / 86_400)))
                .hasSize(1);

        // What is too old is forgotten, as the next is kept.
        srs(Duration.ofDays(30)).rewritten(mailbox(address));
        assertThat(directory.resolve("senders-" + NOW.getEpochSecond() / 86_400))
                .doesNotExist();
    }

    @Test
    @Tag("relay-1")
    void strangersCannotMakeOne() throws IOException {
        Mailbox written = srs(Duration.ZERO).rewritten(mailbox("ann@example.org"));
        String other = written.toString().replace("=ann@", "=eve@");
        assertThat(srs(Duration.ZERO).meaning(mailbox(other)))
                .contains(new Meaning.Nobody("it is no sender that was written here"));
        assertThat(srs(Duration.ZERO).meaning(mailbox("SRS1=aaaaaa=example.org==x@example.com")))
                .contains(new Meaning.Nobody("it is no sender that was written here"));
        assertThat(srs(Duration.ofDays(22)).meaning(written))
                .contains(new Meaning.Nobody("it was of use until 21 days after it was written"));
    }

    @Test
    void otherNamesAreNobodysBusiness() throws IOException {
        assertThat(srs(Duration.ZERO).meaning(mailbox("ann@example.com"))).isEmpty();
        assertThat(srs(Duration.ZERO).meaning(mailbox("SRS0-fan@example.com"))).isEmpty();
        assertThat(srs(Duration.ZERO).meaning(mailbox("SRS0=aaaaaa=aa=example.org=x@example.net")))
                .isEmpty();
    }

    @Test
    void secretIsOursAlone() throws IOException {
        srs(Duration.ZERO).rewritten(mailbox("ann@example.org"));
        Path secret = directory.resolve("secret");
        assertThat(Files.size(secret)).isEqualTo(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
    }

    /** Any sender, on any day of two years: the time is told by two letters. */
    @Test
    void everySenderFindsItsWayBack() {
        qt().withExamples(500)
                .forAll(
                        strings().basicLatinAlphabet().ofLengthBetween(1, 40),
                        integers().between(0, 800),
                        integers().between(0, 21))
                .assuming(
                        (local, _, _) -> Mailbox.of(local, new Domain("a.test")).isPresent())
                .check((local, day, age) -> {
                    try {
                        var sender = new Mailbox(local, new Domain("a.test"));
                        Mailbox written = srs(Duration.ofDays(day)).rewritten(sender);
                        return srs(Duration.ofDays(day + age))
                                .meaning(written)
                                .equals(Optional.of(new Meaning.Stands(sender)));
                    } catch (IOException impossible) {
                        throw new UncheckedIOException(impossible);
                    }
                });
    }
}
