package org.postern.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.dkim.SigningKey;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.smtp.Domain;

/** Which of the keys that {@code postern dkim new} made sign, while their records come into DNS and go out of it. */
class KeyWatchTest {
    private static final Domain DOMAIN = new Domain("example.com");
    private static final LocalDate DAY = LocalDate.of(2026, 11, 28);

    @TempDir
    private Path directory;

    private final Moment clock = new Moment();
    private MadeKeys made;
    private Keyring keyring;
    private KeyWatch watch;
    private TestZone zone = new TestZone("");

    /** It stands still until it is told. */
    private static final class Moment extends Clock {
        private Instant now = Instant.parse("2026-11-28T12:00:00Z");

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
            throw new UnsupportedOperationException();
        }
    }

    @BeforeEach
    void start() throws IOException {
        made = new MadeKeys(directory.resolve("dkim"));
        restart();
    }

    private void restart() throws IOException {
        keyring = new Keyring(List.of());
        Resolver now = questions -> zone.resolver().ask(questions);
        watch = KeyWatch.resting(made, keyring, now, clock);
    }

    private List<MadeKey> make(LocalDate day) throws IOException {
        return made.make(DOMAIN, day);
    }

    private void publish(List<MadeKey> first, List<MadeKey> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        zone = new TestZone(all.stream().map(MadeKey::zoneLine).collect(Collectors.joining("\n", "", "\n")));
    }

    private void look() throws IOException {
        clock.pass(Duration.ofMinutes(1));
        watch.look();
    }

    private List<String> signing() {
        return keyring.of(DOMAIN).stream().map(SigningKey::selector).toList();
    }

    private String standing() throws IOException {
        List<MadeKey> all = made.all();
        return all.stream()
                .map(key -> key.file().selector() + " "
                        + KeyStanding.of(key, all).getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private static Collection<String> selectors(List<MadeKey> keys) {
        return keys.stream().map(key -> key.file().selector()).toList();
    }

    @Test
    void nothingIsSignedBeforeARecordStands() throws Exception {
        make(DAY);
        look();
        assertThat(signing()).isEmpty();
        assertThat(standing()).isEqualTo("p261128ar waiting, p261128ae waiting");
    }

    @Test
    void whatStandsSignsFromTheNextLookOnRsaFirst() throws Exception {
        List<MadeKey> keys = make(DAY);
        publish(keys, List.of());
        assertThat(signing()).isEmpty();
        look();
        assertThat(signing()).containsExactly("p261128ar", "p261128ae");
        assertThat(keyring.of(new Domain("news.example.com"))).hasSize(2);
        assertThat(keyring.of(new Domain("example.org"))).isEmpty();
        assertThat(keyring.of(new Domain("com"))).isEmpty();
    }

    @Test
    void oneThatStandsAloneSignsAlone() throws Exception {
        publish(make(DAY).subList(1, 2), List.of());
        look();
        assertThat(signing()).containsExactly("p261128ae");
    }

    @Test
    void aRecordOfAnotherKeyIsNotOurs() throws Exception {
        MadeKey key = make(DAY).getFirst();
        String other = new MadeKeys(directory.resolve("other"))
                .make(DOMAIN, DAY)
                .getFirst()
                .zoneLine();
        zone = new TestZone(other + "\n");
        assertThat(zone.resolver().ask(key.name(), RecordType.TXT).texts()).hasSize(1);
        look();
        assertThat(signing()).isEmpty();
    }

    @Test
    void theFormerPairSignsUntilTheNewOneStandsAndIsRetiredThen() throws Exception {
        List<MadeKey> former = make(DAY);
        publish(former, List.of());
        look();
        List<MadeKey> next = make(DAY.plusDays(90));
        look();
        assertThat(signing()).containsExactlyElementsOf(selectors(former));

        publish(former, next.subList(0, 1));
        look();
        assertThat(signing()).containsExactly("p270226ar", "p261128ae");

        publish(former, next);
        look();
        assertThat(signing()).containsExactlyElementsOf(selectors(next));
        assertThat(standing()).isEqualTo("p261128ar retired, p261128ae retired, p270226ar signing, p270226ae signing");
        List<MadeKey> all = made.all();
        assertThat(KeyStanding.of(all.get(1), all))
                .isInstanceOfSatisfying(
                        KeyStanding.Retired.class,
                        retired -> assertThat(retired.until())
                                .isEqualTo(clock.instant().plus(Duration.ofDays(7))));
    }

    @Test
    void aRetiredRecordThatGoesStaysRetired() throws Exception {
        List<MadeKey> former = make(DAY);
        publish(former, List.of());
        look();
        List<MadeKey> next = make(DAY.plusDays(90));
        publish(former, next);
        look();
        publish(List.of(), next);
        clock.pass(Duration.ofHours(1));
        look();
        assertThat(signing()).containsExactlyElementsOf(selectors(next));
        assertThat(standing()).isEqualTo("p261128ar retired, p261128ae retired, p270226ar signing, p270226ae signing");
    }

    @Test
    void aPairThatWasPassedOverNeverSigns() throws Exception {
        List<MadeKey> never = make(DAY);
        List<MadeKey> next = make(DAY);
        publish(List.of(), next);
        look();
        assertThat(signing()).containsExactly("p261128br", "p261128be").doesNotContainAnyElementsOf(selectors(never));
        assertThat(standing()).isEqualTo("p261128ar retired, p261128ae retired, p261128br signing, p261128be signing");
    }

    @Test
    void aRecordThatVanishesSignsNoMoreAndTheFormerOneDoesAgain() throws Exception {
        List<MadeKey> former = make(DAY);
        publish(former, List.of());
        look();
        List<MadeKey> next = make(DAY.plusDays(90));
        publish(former, next);
        look();

        publish(former, List.of());
        clock.pass(Duration.ofHours(1));
        look();
        assertThat(signing()).containsExactlyElementsOf(selectors(former));

        publish(List.of(), List.of());
        clock.pass(Duration.ofHours(1));
        look();
        assertThat(signing()).isEmpty();

        publish(List.of(), next);
        look();
        assertThat(signing()).containsExactlyElementsOf(selectors(next));
    }

    @Test
    void bothThatVanishAtOnceSignNoMoreAMinuteLater() throws Exception {
        List<MadeKey> former = make(DAY);
        publish(former, List.of());
        look();
        clock.pass(Duration.ofMinutes(30));
        List<MadeKey> next = make(DAY.plusDays(90));
        publish(former, next);
        look();
        zone = new TestZone("");
        clock.pass(Duration.ofMinutes(59));
        look();
        look();
        assertThat(signing()).isEmpty();
    }

    @Test
    void whatCannotBeAskedStaysAsItWas() throws Exception {
        List<MadeKey> keys = make(DAY);
        publish(keys, List.of());
        look();
        List<MadeKey> next = make(DAY.plusDays(90));
        for (MadeKey key : made.all()) {
            zone.failing(RecordType.TXT, key.name().text(), "SERVFAIL");
        }
        clock.pass(Duration.ofHours(2));
        look();
        assertThat(signing()).containsExactlyElementsOf(selectors(keys)).doesNotContainAnyElementsOf(selectors(next));
    }

    @Test
    void aRestartWithoutDnsSignsAsBefore() throws Exception {
        List<MadeKey> keys = make(DAY);
        publish(keys, List.of());
        look();
        for (MadeKey key : keys) {
            zone.failing(RecordType.TXT, key.name().text(), "SERVFAIL");
        }
        restart();
        assertThat(signing()).containsExactlyElementsOf(selectors(keys));
        look();
        assertThat(signing()).containsExactlyElementsOf(selectors(keys));
    }

    @Test
    void aKeyThatStandsIsAskedForOnceAnHour() throws Exception {
        publish(make(DAY), List.of());
        var counting = new TestZone.Counting(zone.resolver());
        watch = KeyWatch.resting(made, keyring, counting, clock);
        for (int minute = 0; minute < 61; minute++) {
            look();
        }
        assertThat(counting.asked().values()).containsExactly(2, 2);
    }

    @Test
    void keysOfTheConfigurationSignWhateverDnsSays() throws Exception {
        KeyFile own = made.make(new Domain("example.org"), DAY).getFirst().file();
        Path file = Files.copy(own.file(), directory.resolve("own.pem"));
        keyring = new Keyring(List.of(new KeyFile(DOMAIN, "own", file)));
        watch = KeyWatch.resting(made, keyring, zone.resolver(), clock);
        look();
        assertThat(signing()).containsExactly("own");
        assertThat(keyring.of(new Domain("example.org"))).isEmpty();
    }
}
