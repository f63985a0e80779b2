package org.postern.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GreylistTest {
    private static final Greylist.Settings SETTINGS =
            new Greylist.Settings(Duration.ofMinutes(5), Duration.ofDays(2), Duration.ofDays(35), 100);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** One that stands until it is told. */
    private static final class SetClock extends Clock {
        private Instant now = Instant.parse("2026-11-24T12:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @TempDir
    private Path directory;

    private final SetClock clock = new SetClock();
    private Path file;
    private Greylist greylist;

    @BeforeEach
    void open() throws IOException {
        file = directory.resolve("state/greylist");
        greylist = Greylist.open(file, SETTINGS, clock);
    }

    @AfterEach
    void close() throws IOException {
        greylist.close();
    }

    private void restart(Greylist.Settings settings) throws IOException {
        greylist.close();
        greylist = Greylist.open(file, settings, clock);
    }

    private boolean comes() {
        return greylist.passes("name sender.example", "<ann@sender.example>", "<bob@example.com>");
    }

    private void getsIn() {
        comes();
        clock.pass(SETTINGS.delay());
        assertThat(comes()).isTrue();
    }

    // --- time
    // -------------------------------------------------------------------------------------------------------------------------

    @Test
    void whoComesFirstHasToComeAgain() {
        assertThat(comes()).isFalse();
    }

    @Test
    void whoComesAgainTooSoonHasToWaitStill() {
        comes();
        clock.pass(SETTINGS.delay().minus(SECOND));

        assertThat(comes()).isFalse();
    }

    @Test
    void whoComesAgainAfterTheDelayPasses() {
        comes();
        clock.pass(SETTINGS.delay());

        assertThat(comes()).isTrue();
    }

    @Test
    void comingTooSoonDoesNotBeginTheDelayAnew() {
        comes();
        clock.pass(SETTINGS.delay().minus(SECOND));
        comes();
        clock.pass(SECOND);

        assertThat(comes()).isTrue();
    }

    @Test
    void whoComesAtTheWindowsEndPasses() {
        comes();
        clock.pass(SETTINGS.window());

        assertThat(comes()).isTrue();
    }

    @Test
    void whoComesAfterTheWindowBeginsAnew() {
        comes();
        clock.pass(SETTINGS.window().plus(SECOND));

        assertThat(comes()).isFalse();
        clock.pass(SETTINGS.delay());
        assertThat(comes()).isTrue();
    }

    @Test
    void whoPassedOncePassesAtOnce() {
        getsIn();

        assertThat(greylist.passes("name sender.example", "<eve@other.example>", "<eve@example.com>"))
                .isTrue();
    }

    @Test
    void thePassEnds() {
        getsIn();
        clock.pass(SETTINGS.pass());

        assertThat(comes()).isFalse();
    }

    @Test
    void thePassIsGoodUntilItsEnd() {
        getsIn();
        clock.pass(SETTINGS.pass().minus(SECOND));

        assertThat(comes()).isTrue();
    }

    @Test
    void eachMessagePutsTheEndOff() {
        getsIn();
        for (int day = 0; day < 100; day++) {
            clock.pass(Duration.ofDays(30));
            assertThat(comes()).isTrue();
        }
    }

    @Test
    void messagesWithinAnHourAreNotWrittenEach() throws IOException {
        getsIn();
        long size = Files.size(file);
        clock.pass(Duration.ofHours(1));
        comes();
        assertThat(Files.size(file)).isEqualTo(size);

        clock.pass(SECOND);
        comes();
        assertThat(Files.size(file)).isGreaterThan(size);
    }

    @Test
    @Tag("clock-1")
    void aClockThatIsSetBackKeepsNobodyWaiting() {
        clock.pass(Duration.ofDays(400));
        comes();
        clock.pass(Duration.ofDays(-400));

        comes();
        clock.pass(SETTINGS.delay());
        assertThat(comes()).isTrue();
    }

    // --- who
    // -----------------------------------------------------------------------------------------------------------------------------

    @Test
    void anotherSenderWaitsForItself() {
        comes();
        clock.pass(SETTINGS.delay());

        assertThat(greylist.passes("name sender.example", "<eve@sender.example>", "<bob@example.com>"))
                .isFalse();
    }

    @Test
    void anotherRecipientWaitsForItself() {
        comes();
        clock.pass(SETTINGS.delay());

        assertThat(greylist.passes("name sender.example", "<ann@sender.example>", "<eve@example.com>"))
                .isFalse();
    }

    @Test
    void anotherPoolWaitsForItself() {
        getsIn();

        assertThat(greylist.passes("name other.example", "<ann@sender.example>", "<bob@example.com>"))
                .isFalse();
    }

    @Test
    void lettersAreComparedWithoutRegardToCase() {
        comes();
        clock.pass(SETTINGS.delay());

        assertThat(greylist.passes("NAME sender.example", "<Ann@SENDER.example>", "<BOB@example.com>"))
                .isTrue();
    }

    @Test
    void noWordOfAClientMakesALineOrAFieldOfItsOwn() throws IOException {
        greylist.passes("net c0a80001", "<\"a\n1\tpassed\t9\tnet evil\r\"@x.example>", "<bob@example.com>");

        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .endsWith("net c0a80001\t<\"a?1?passed?9?net evil?\"@x.example>\t<bob@example.com>");
    }

    // --- the file
    // ---------------------------------------------------------------------------------------------------------------------

    @Test
    void whoWaitsStillWaitsAfterARestart() throws IOException {
        comes();
        restart(SETTINGS);
        clock.pass(SETTINGS.delay().minus(SECOND));
        assertThat(comes()).isFalse();

        clock.pass(SECOND);
        assertThat(comes()).isTrue();
    }

    @Test
    void whoPassedPassesAfterARestart() throws IOException {
        getsIn();
        restart(SETTINGS);

        assertThat(comes()).isTrue();
    }

    @Test
    void withoutAFileItBeginsEmpty() {
        assertThat(greylist.size()).isZero();
        assertThat(file).isEmptyFile();
    }

    @Test
    void aTornLineLetsNobodyIn() throws IOException {
        getsIn();
        greylist.close();
        String whole = Files.readString(file);
        int last = whole.lastIndexOf("passed");
        Files.writeString(file, whole.substring(0, whole.indexOf("sender.example", last) + 4));
        greylist = Greylist.open(file, SETTINGS, clock);

        assertThat(greylist.passes("name send", "<x@send>", "<bob@example.com>"))
                .isFalse();
        assertThat(Files.readString(file)).endsWith("\n").doesNotContain("name send\n");
    }

    @Test
    void aTornLineTakesNoOtherWithIt() throws IOException {
        getsIn();
        greylist.close();
        Files.writeString(file, "1795", StandardOpenOption.APPEND);
        greylist = Greylist.open(file, SETTINGS, clock);

        assertThat(comes()).isTrue();
    }

    @Test
    void linesThatMakeNoSenseArePassedOver() throws IOException {
        getsIn();
        greylist.close();
        Files.writeString(file, """

            nonsense
            1\tpassed\t2
            x\tpassed\t1795521600\tname a.example
            1795521600\tpassed\tx\tname b.example
            1795521600\tlet in\t1795521600\tname c.example
            99999999999999999999\tpassed\t1795521600\tname d.example
            """, StandardOpenOption.APPEND);
        Files.write(file, new byte[] {0, 0, (byte) 0xff, '\n'}, StandardOpenOption.APPEND);
        greylist = Greylist.open(file, SETTINGS, clock);

        assertThat(greylist.size()).isEqualTo(2);
        assertThat(comes()).isTrue();
    }

    @Test
    void anEmptyFileIsAnEmptyList() throws IOException {
        greylist.close();
        Files.writeString(file, "");
        greylist = Greylist.open(file, SETTINGS, clock);

        assertThat(greylist.size()).isZero();
    }

    @Test
    void atAStartWhatIsOfNoUseIsForgotten() throws IOException {
        comes();
        greylist.passes("net x", "<>", "<bob@example.com>");
        clock.pass(SETTINGS.delay());
        comes();

        clock.pass(SETTINGS.window());
        restart(SETTINGS);
        assertThat(Files.readAllLines(file)).singleElement().asString().contains("passed");
        clock.pass(SETTINGS.pass());
        restart(SETTINGS);

        assertThat(file).isEmptyFile();
        assertThat(greylist.size()).isZero();
    }

    @Test
    void whatIsStillOfUseIsKept() throws IOException {
        greylist.passes("net x", "<>", "<bob@example.com>");
        clock.pass(SETTINGS.window());
        restart(SETTINGS);

        assertThat(greylist.passes("net x", "<>", "<bob@example.com>")).isTrue();
    }

    @Test
    void theFileIsWrittenAnewBeforeItGrowsWithoutEnd() throws IOException {
        for (int i = 0; i < 5_000; i++) {
            greylist.passes("net " + i % 500, "<>", "<" + i + "@example.com>");
        }

        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(2 * SETTINGS.entries() + 1_000 + 1);
        assertThat(directory.resolve("state/greylist.new")).doesNotExist();
    }

    @Test
    void afterItIsWrittenAnewItStillKnowsWhoCame() throws IOException {
        for (int i = 0; i < 2 * SETTINGS.entries() + 1_000; i++) {
            greylist.passes("net " + i, "<>", "<bob@example.com>");
        }
        comes();
        comes();
        clock.pass(SETTINGS.delay());
        restart(SETTINGS);

        assertThat(comes()).isTrue();
    }

    @Test
    void whenItCannotBeWrittenItGoesOnInMemory() throws IOException {
        greylist.close();

        getsIn();

        assertThat(comes()).isTrue();
    }

    // --- the bound
    // -----------------------------------------------------------------------------------------------------------------------

    @Test
    void onlySoManyAreRemembered() {
        for (int i = 0; i < 1_000; i++) {
            greylist.passes("net " + i, "<>", "<bob@example.com>");
        }

        assertThat(greylist.size()).isEqualTo(SETTINGS.entries());
    }

    @Test
    void whoCameLongestAgoIsForgotten() {
        comes();
        for (int i = 0; i < SETTINGS.entries() - 1; i++) {
            greylist.passes("net " + i, "<>", "<bob@example.com>");
        }
        clock.pass(SETTINGS.delay());
        assertThat(greylist.passes("net 0", "<>", "<bob@example.com>")).isTrue();

        assertThat(comes()).isFalse();
    }

    @Test
    void whoComesOftenIsNotForgotten() {
        getsIn();
        for (int i = 0; i < 1_000; i++) {
            greylist.passes("net " + i, "<>", "<bob@example.com>");
            assertThat(comes()).isTrue();
        }
    }

    @Test
    void aSmallerBoundHoldsFromTheStart() throws IOException {
        for (int i = 0; i < 50; i++) {
            greylist.passes("net " + i, "<>", "<bob@example.com>");
        }
        restart(new Greylist.Settings(SETTINGS.delay(), SETTINGS.window(), SETTINGS.pass(), 10));

        assertThat(greylist.size()).isEqualTo(10);
        assertThat(new String(Files.readAllBytes(file), UTF_8))
                .contains("net 49")
                .doesNotContain("net 39");
    }

    @Test
    void theDefaultsAreThoseOfRfc6647() {
        assertThat(Greylist.Settings.DEFAULT)
                .isEqualTo(
                        new Greylist.Settings(Duration.ofMinutes(5), Duration.ofDays(2), Duration.ofDays(35), 100_000));
    }
}
