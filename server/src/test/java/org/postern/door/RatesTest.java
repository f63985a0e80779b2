package org.postern.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.config.Config.ClientRates;
import org.postern.door.Rates.Kind;
import org.postern.smtp.Domain;

/** {@code sessions-per-client-per-hour} and its kin, docs/limits.md. */
class RatesTest {
    private static final Rates.Key ANN = key("192.0.2.1");
    private static final Rates.Key BOB = key("192.0.2.2");
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private long now = Long.MAX_VALUE - 5;

    private static Rates.Key key(String address) {
        return Rates.Key.of(InetAddress.ofLiteral(address));
    }

    private Rates rates(int sessions, int messages, int recipients) {
        return new Rates(new ClientRates(sessions, messages, recipients), () -> now);
    }

    private int taken(Rates rates, Rates.Key key, int times) {
        int taken = 0;
        for (int i = 0; i < times; i++) {
            taken += rates.take(Kind.SESSIONS, key) ? 1 : 0;
        }
        return taken;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 60, 3_601, 100_000})
    void wholeHoursNumberMayComeAtOnceAndThenOneForEachShare(int perHour) {
        Rates rates = rates(perHour, 0, 0);
        assertThat(taken(rates, ANN, perHour + 10)).isEqualTo(perHour);

        now += HOUR / perHour - 1 - perHour;
        assertThat(taken(rates, ANN, 2)).isZero();
        now += 1 + perHour;
        assertThat(taken(rates, ANN, 2)).isEqualTo(1);
        now += HOUR;
        assertThat(taken(rates, ANN, perHour + 10)).isEqualTo(perHour);
    }

    @Test
    void whoIsRefusedWaitsNoLongerForAskingAgain() {
        Rates rates = rates(2, 0, 0);
        assertThat(taken(rates, ANN, 1_000)).isEqualTo(2);
        now += HOUR / 2;
        assertThat(taken(rates, ANN, 1_000)).isEqualTo(1);
    }

    @Test
    void noMoreThanTwiceTheNumberComesInAnyHour() {
        qt().forAll(
                        integers().between(1, 20),
                        lists().of(integers().between(0, 600)).ofSizeBetween(0, 300))
                .checkAssert((perHour, pauses) -> {
                    Rates rates = rates(perHour, 0, 0);
                    var within = new ArrayDeque<Long>();
                    for (int seconds : pauses) {
                        now += Duration.ofSeconds(seconds).toNanos();
                        if (rates.take(Kind.SESSIONS, ANN)) {
                            within.add(now);
                        }
                        while (!within.isEmpty() && now - within.getFirst() >= HOUR) {
                            within.removeFirst();
                        }
                        assertThat(within.size()).isLessThanOrEqualTo(2 * perHour);
                    }
                });
    }

    @Test
    void eachClientAndEachKindHasItsOwn() {
        Rates rates = rates(1, 1, 2);
        assertThat(rates.take(Kind.SESSIONS, ANN)).isTrue();
        assertThat(rates.take(Kind.SESSIONS, ANN)).isFalse();
        assertThat(rates.take(Kind.SESSIONS, BOB)).isTrue();
        assertThat(rates.take(Kind.MESSAGES, ANN)).isTrue();
        assertThat(rates.take(Kind.MESSAGES, ANN)).isFalse();
        assertThat(rates.take(Kind.RECIPIENTS, ANN)).isTrue();
        assertThat(rates.take(Kind.RECIPIENTS, ANN)).isTrue();
        assertThat(rates.take(Kind.RECIPIENTS, ANN)).isFalse();
    }

    @Test
    void withoutANumberThereIsNoLimitAndNobodyIsRemembered() {
        Rates rates = rates(0, 0, 0);
        assertThat(taken(rates, ANN, 10_000)).isEqualTo(10_000);
        assertThat(rates.known(Kind.SESSIONS)).isZero();
    }

    @Test
    void addressesOfOneIpv6NetAreOneClient() {
        assertThat(key("2001:db8::1")).isEqualTo(key("2001:db8::ffff:ffff:ffff:ffff"));
        assertThat(key("2001:db8::1")).isNotEqualTo(key("2001:db8:0:1::1"));
        assertThat(ANN).isNotEqualTo(BOB);
        // The same number as prefix.
        assertThat(key("::1")).isNotEqualTo(key("0.0.0.0"));
    }

    @Test
    void whatCountsForTwoCountsForBothOrForNone() {
        Rates rates = rates(2, 0, 0);
        Rates.Key organisation = Rates.Key.of(new Domain("example.org"));
        assertThat(rates.take(Kind.SESSIONS, List.of(ANN, organisation))).isTrue();
        assertThat(rates.take(Kind.SESSIONS, List.of(BOB, Rates.Key.of(new Domain("EXAMPLE.org")))))
                .isTrue();
        // The organisation's are used up; the address has lost nothing by asking.
        assertThat(rates.take(Kind.SESSIONS, List.of(ANN, organisation))).isFalse();
        assertThat(rates.take(Kind.SESSIONS, ANN)).isTrue();
        assertThat(rates.take(Kind.SESSIONS, ANN)).isFalse();
    }

    @Test
    void memoryIsBoundedAndWhoWasQuietTheLongestIsForgotten() {
        Rates rates = rates(1, 0, 0);
        assertThat(rates.take(Kind.SESSIONS, ANN)).isTrue();
        assertThat(rates.take(Kind.SESSIONS, BOB)).isTrue();
        for (int i = 0; i < HourlyRate.MOST_KEYS - 1; i++) {
            rates.take(Kind.SESSIONS, new Rates.Key.Place(false, i));
            if (i == 10) {
                assertThat(rates.take(Kind.SESSIONS, ANN)).isFalse();
            }
        }
        assertThat(rates.known(Kind.SESSIONS)).isEqualTo(HourlyRate.MOST_KEYS);
        assertThat(rates.take(Kind.SESSIONS, ANN)).isFalse();
        assertThat(rates.take(Kind.SESSIONS, BOB)).isTrue();
    }
}
