package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatsTest {
    private static final Instant SINCE = Instant.parse("2026-11-28T10:00:00Z");
    private static final Instant UNTIL = SINCE.plus(Duration.ofHours(24));
    private static final long T0 = SINCE.toEpochMilli();

    private static Stats stats(Stats.By by) {
        return new Stats(SINCE, UNTIL, Optional.of(by));
    }

    private static Entry.Transaction from(String client, String name, String from) {
        return new Entry.Transaction(
                T0,
                "s-1",
                new Entry.Caller("mx", false, client, "", "ehlo", name, "", "", false),
                Entry.Stage.ENVELOPE,
                from,
                List.of(),
                Entry.Told.NOTHING,
                "",
                "",
                0,
                List.of(),
                List.of(),
                List.of());
    }

    private static Entry.Session session(long at, String verdict, int transactions) {
        return new Entry.Session(
                at,
                "s-1",
                new Entry.Caller("mx", false, "192.0.2.7", "", "", "", "", "", false),
                "quit",
                transactions,
                transactions,
                4,
                1,
                100,
                200,
                10,
                List.of(new Entry.Refused("", new Entry.Told(verdict, "", "421 4.7.0 later"))));
    }

    private static Entry.Attempt attempt(long at, String destination, long age, String outcome, String text) {
        return new Entry.Attempt(
                at,
                "m-1",
                destination,
                5,
                age,
                List.of(new Entry.Tried("<bob@example.com>", outcome, "", "", "", "", text, "waiting", 0)));
    }

    // --- numbers
    // ---------------------------------------------------------------------------------------------------------------

    @Test
    void transactionsAreCountedByWhatWasDecided() {
        Stats stats = stats(Stats.By.CLIENT);
        IntStream.range(0, 100)
                .forEach(i -> stats.add(Sample.transaction(T0 + i, i, "ann@a.example", "bob@b.example")));
        Traffic all = stats.all();
        assertThat(all.transactions()).isEqualTo(100);
        assertThat(all.messages()).isEqualTo(90);
        assertThat(all.octets()).isEqualTo(90 * 1_234);
        assertThat(all.decided(Decision.ACCEPT)).isEqualTo(90);
        assertThat(all.decided(Decision.REJECT)).isEqualTo(10);
        assertThat(all.refusals()).isEqualTo(10);
        assertThat(stats.checks().busiest(5)).singleElement().satisfies(one -> {
            assertThat(one.key()).isEqualTo("iprev");
            assertThat(one.row().decided(Decision.REJECT)).isEqualTo(10);
        });
    }

    @Test
    void sessionsAreCountedAndThoseThatARateTurnedAway() {
        Stats stats = stats(Stats.By.CLIENT);
        stats.add(session(T0, "limited", 0));
        stats.add(session(T0, "limited", 1));
        stats.add(session(T0, "refused", 0));
        assertThat(stats.all().sessions()).isEqualTo(3);
        assertThat(stats.limitedSessions()).isEqualTo(1);
        assertThat(stats.in()).isEqualTo(300);
        assertThat(stats.out()).isEqualTo(600);
    }

    @Test
    void whatIsNotOfThatTimeIsNotCounted() {
        Stats stats = stats(Stats.By.CLIENT);
        long end = UNTIL.toEpochMilli();
        for (long at : new long[] {T0 - 1, T0, end - 1, end}) {
            stats.add(session(at, "", 1));
        }
        assertThat(stats.all().sessions()).isEqualTo(2);
        assertThat(stats.slots().getFirst().traffic().sessions()).isEqualTo(1);
        assertThat(stats.slots().getLast().traffic().sessions()).isEqualTo(1);
        assertThat(stats.first()).contains(SINCE);
        assertThat(stats.last()).contains(UNTIL.minusMillis(1));
    }

    @Test
    void deliveriesAreCountedByDestination() {
        Stats stats = stats(Stats.By.CLIENT);
        stats.add(attempt(T0 + 1, "B.example", 40, "delivered", "taken"));
        stats.add(attempt(T0 + 3, "b.example", 40, "unreachable", "nobody answers"));
        stats.add(attempt(T0 + 2, "b.example", 40, "later", "450 busy"));
        stats.add(attempt(T0 + 2, "b.example", 40, "ours", "no route"));
        stats.add(attempt(T0 + 2, "b.example", 40, "stuck", "look at it"));
        stats.add(attempt(T0 + 2, "b.example", 40, "failed", "550 no"));
        assertThat(stats.destinations().busiest(5)).singleElement().satisfies(one -> {
            assertThat(one.key()).isEqualTo("b.example");
            assertThat(one.row().attempts()).isEqualTo(6);
            assertThat(one.row().delivered()).isEqualTo(1);
            assertThat(one.row().deferred()).isEqualTo(4);
            assertThat(one.row().failed()).isEqualTo(1);
            assertThat(one.row().times().percentile(50).orElseThrow()).isCloseTo(40, within(2L));
            assertThat(one.row().problem()).isEqualTo("nobody answers");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "CLIENT, 192.0.2.200, , , 192.0.2.0/24",
        "CLIENT, 2001:db8:1:2:3::4, , , 2001:db8:1:2::/64",
        "CLIENT, nobody, , , ''",
        "NAME, 192.0.2.1, Mail.Good.example, , mail.good.example",
        "NAME, 192.0.2.1, , , ''",
        "DOMAIN, 192.0.2.1, , <Ann@A.example>, a.example",
        "DOMAIN, 192.0.2.1, , <\"a@b\"@c.example>, c.example",
        "DOMAIN, 192.0.2.1, , <>, <>",
        "DOMAIN, 192.0.2.1, , , ''"
    })
    void trafficIsGrouped(Stats.By by, String client, String name, String from, String key) {
        Stats stats = stats(by);
        stats.add(from(client, name == null ? "" : name, from == null ? "" : from));
        assertThat(stats.traffic().busiest(5)).extracting(Grouping.Keyed::key).containsExactly(key);
    }

    @ParameterizedTest
    @EnumSource(Decision.class)
    void eachVerdictHasItsWord(Decision decision) {
        String word = decision == Decision.NONE ? "" : decision.word();
        assertThat(Decision.of(word)).isEqualTo(decision);
    }

    @Test
    void gapIsOfATimeThatItReachesInto() {
        Stats stats = stats(Stats.By.CLIENT);
        long end = UNTIL.toEpochMilli();
        stats.add(new Entry.Gap(T0 - 1, T0 - 9, 1, "before"));
        stats.add(new Entry.Gap(T0 + 1, T0 - 9, 2, "into it"));
        stats.add(new Entry.Gap(end + 9, end - 1, 4, "out of it"));
        stats.add(new Entry.Gap(end + 9, end, 8, "behind"));
        assertThat(stats.missing()).isEqualTo(6);
        assertThat(stats.gaps()).extracting(Entry.Gap::why).containsExactly("out of it", "into it");
    }

    @Test
    void slotsHaveTheBoundsThatAreSaid() {
        qt().forAll(longs().between(1, 1_000_000), longs().between(0, 999_999)).checkAssert((length, number) -> {
            long at = number % length;
            Stats stats = new Stats(SINCE, SINCE.plusMillis(length), Optional.empty());
            stats.add(session(T0 + at, "", 1));
            Instant when = SINCE.plusMillis(at);
            for (int i = 0; i < Stats.SLOTS; i++) {
                boolean within = !when.isBefore(stats.slotBegin(i)) && when.isBefore(stats.slotBegin(i + 1));
                assertThat(stats.slots().get(i).traffic().sessions()).isEqualTo(within ? 1 : 0);
            }
        });
    }

    // --- percentiles
    // -----------------------------------------------------------------------------------------------------------

    @Test
    void percentilesAreWithinFivePercentOfThoseOfTheSortedList() {
        qt().forAll(
                        lists().of(longs().between(0, Duration.ofDays(90).toMillis()))
                                .ofSizeBetween(1, 200),
                        integers().between(1, 100))
                .checkAssert(StatsTest::isNear);
        qt().forAll(
                        lists().of(longs().between(0, 200)).ofSizeBetween(1, 200),
                        integers().between(1, 100))
                .checkAssert(StatsTest::isNear);
    }

    private static void isNear(List<Long> times, int percent) {
        var durations = new Durations();
        times.forEach(durations::add);
        long exact = times.stream().sorted().toList().get((times.size() * percent + 99) / 100 - 1);
        assertThat(durations.percentile(percent).orElseThrow()).isCloseTo(exact, within(exact / 20));
    }

    @Test
    void oddTimesAreTakenForTheNearest() {
        var durations = new Durations();
        assertThat(durations.percentile(50)).isEmpty();
        durations.add(-5);
        assertThat(durations.percentile(50)).hasValue(0);
        durations.add(Long.MAX_VALUE);
        assertThat(durations.percentile(100).orElseThrow())
                .isGreaterThan(Duration.ofDays(12_000).toMillis());
        assertThat(durations.count()).isEqualTo(2);
    }

    // --- reading
    // ---------------------------------------------------------------------------------------------------------------

    // The part that is left out is found by how it begins: no text that somebody sends is taken for it.
    @Test
    void brieflyReadTransactionLacksItsFindingsOnly() {
        String evil = ",\"findings\":[\\,\"findings\":[";
        Entry.Transaction whole = Sample.transaction(T0, 10, evil + "@a.example", evil);
        Entry.Transaction brief =
                (Entry.Transaction) Codec.brief(Codec.octets(whole)).orElseThrow();
        assertThat(whole.findings()).isNotEmpty();
        assertThat(brief)
                .usingRecursiveComparison()
                .ignoringFields("findings", "facts", "others")
                .isEqualTo(whole);
        assertThat(Codec.brief(Codec.octets(session(T0, "limited", 1)))).contains(session(T0, "limited", 1));
        assertThat(Codec.brief("{\"kind\":\"of a newer\"}".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isEmpty();
    }

    // --- adding, and bounds
    // ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Stats.By.class)
    void halvesThatAreAddedAreTheWhole(Stats.By by) {
        qt().withExamples(100)
                .forAll(
                        lists().of(integers().between(0, 999)).ofSizeBetween(0, 300),
                        integers().between(2, 7))
                .checkAssert((numbers, every) -> {
                    Stats whole = stats(by);
                    Stats odd = stats(by);
                    Stats even = stats(by);
                    for (int i = 0; i < numbers.size(); i++) {
                        Entry entry = entry(numbers.get(i));
                        whole.add(entry);
                        (i % every == 0 ? odd : even).add(entry);
                    }
                    odd.add(even);
                    assertThat(told(odd)).isEqualTo(told(whole));
                });
    }

    private static Entry entry(int number) {
        long at = T0 - 1_000_000 + number * 100_000L;
        return switch (number % 6) {
            case 0, 1 -> Sample.transaction(at, number, "ann@a" + number % 9 + ".example", "bob@example.com");
            case 2 -> session(at, number % 4 == 0 ? "limited" : "", number % 3);
            case 3 -> attempt(at, "d" + number % 5, number * 77L, "delivered", "there");
            case 4 -> attempt(at, "d" + number % 5, 9, number % 8 == 0 ? "failed" : "later", "no " + number);
            default -> new Entry.Gap(at, at - 10, number, "full");
        };
    }

    private static List<Object> told(Stats stats) {
        var told = new ArrayList<Object>(List.of(
                stats.entries(),
                stats.first(),
                stats.last(),
                stats.limitedSessions(),
                stats.in(),
                stats.out(),
                stats.gapCount(),
                stats.missing(),
                stats.gaps(),
                told(stats.all()),
                told(stats.handedOver())));
        stats.traffic().busiest(1_000).forEach(one -> told.add(one.key() + told(one.row())));
        stats.checks().busiest(1_000).forEach(one -> told.add(one.key() + told(one.row())));
        stats.destinations().busiest(1_000).forEach(one -> told.add(one.key() + told(one.row())));
        stats.slots()
                .forEach(slot ->
                        told.add(List.of(told(slot.traffic()), slot.delivered(), slot.deferred(), slot.failed())));
        return told;
    }

    private static List<Object> told(Traffic one) {
        var told = new ArrayList<Object>(List.of(one.sessions(), one.transactions(), one.messages(), one.octets()));
        for (Decision decision : Decision.values()) {
            told.add(one.decided(decision));
        }
        return told;
    }

    private static List<Object> told(Handovers one) {
        return List.of(
                one.attempts(),
                one.delivered(),
                one.deferred(),
                one.failed(),
                one.problem(),
                LongStream.of(1, 50, 90, 99, 100)
                        .mapToObj(percent -> one.times().percentile((int) percent))
                        .toList());
    }

    // Whoever makes up a name for each session neither fills the memory nor crowds out who is busy.
    @Test
    void madeUpNamesCrowdOutNobodyBusy() {
        var stats = new Stats(SINCE, UNTIL, Optional.of(Stats.By.NAME), 100);
        for (int i = 0; i < 10_000; i++) {
            stats.add(from("192.0.2.1", "made-up-" + i, "<>"));
            if (i % 10 == 0) {
                stats.add(from("192.0.2.2", "busy", "<>"));
            }
        }
        Grouping<Traffic> names = stats.traffic();
        assertThat(names.size()).isLessThanOrEqualTo(100);
        assertThat(names.isCrowded()).isTrue();
        Grouping.Keyed<Traffic> busiest = names.busiest(1).getFirst();
        assertThat(busiest.key()).isEqualTo("busy");
        assertThat(busiest.row().transactions()).isEqualTo(1_000);
        assertThat(busiest.row().transactions() + names.rest(1).transactions()).isEqualTo(11_000);
    }

    @Test
    void addedGroupingsKeepTheirBound() {
        var one = new Stats(SINCE, UNTIL, Optional.of(Stats.By.NAME), 100);
        var other = new Stats(SINCE, UNTIL, Optional.of(Stats.By.NAME), 100);
        for (int i = 0; i < 100; i++) {
            one.add(from("192.0.2.1", "one" + i, "<>"));
            other.add(from("192.0.2.1", "other" + i, "<>"));
        }
        one.add(other);
        assertThat(one.traffic().size()).isLessThanOrEqualTo(100);
        assertThat(one.traffic().isCrowded()).isTrue();
        assertThat(one.traffic().rest(0).transactions()).isEqualTo(200);
    }

    @Test
    void problemsAreKeptInBrief() {
        Stats stats = stats(Stats.By.CLIENT);
        stats.add(attempt(T0, "b.example", 1, "later", "x".repeat(10_000)));
        assertThat(stats.handedOver().problem()).hasSizeLessThan(300);
    }
}
