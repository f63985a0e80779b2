package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.postern.spool.MessageId;

/** All of a session or message is found, however long it took, and whatever the clock did; most by a look at its own time. */
class TrailTest {
    private static final Instant BORN = Instant.parse("2026-11-29T10:00:00Z");
    private static final String MESSAGE = new MessageId(BORN.toEpochMilli() << 20).toString();
    private static final String SESSION = session(BORN);

    private final List<Query> asked = new ArrayList<>();
    private final List<Entry> kept = new ArrayList<>();

    private final Records records = (query, _, _) -> {
        asked.add(query);
        List<Page.Numbered> found = kept.reversed().stream()
                .filter(query::isAbout)
                .map(entry -> new Page.Numbered(1, entry))
                .toList();
        return new Page(found, OptionalLong.empty());
    };

    private static String session(Instant at) {
        String digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        var name = new StringBuilder("s-");
        for (int shift = 45; shift >= 0; shift -= 5) {
            name.append(digits.charAt((int) (at.toEpochMilli() >>> shift) & 31));
        }
        return name.append("00042").toString();
    }

    private static Entry.Transaction transaction(Duration after, String verdict, Entry.Recipient... to) {
        return new Entry.Transaction(
                BORN.plus(after).toEpochMilli(),
                SESSION,
                Entry.Caller.UNKNOWN,
                Entry.Stage.CONTENT,
                "<ann@example.org>",
                List.of(to),
                new Entry.Told(verdict, "", "250 2.0.0 kept"),
                MESSAGE,
                "",
                0,
                List.of(),
                List.of(),
                List.of());
    }

    private static Entry.Recipient to(String path, String... means) {
        return new Entry.Recipient(path, List.of(means), new Entry.Told("", "", "250 2.1.5 fine"));
    }

    private static Entry.Session ended(Duration after, int transactions) {
        return new Entry.Session(
                BORN.plus(after).toEpochMilli(),
                SESSION,
                Entry.Caller.UNKNOWN,
                "quit",
                transactions,
                1,
                5,
                0,
                1,
                1,
                1,
                List.of());
    }

    private static Entry.Attempt attempt(Duration after, String to, String outcome) {
        return new Entry.Attempt(
                BORN.plus(after).toEpochMilli(),
                MESSAGE,
                "local",
                1,
                1,
                List.of(new Entry.Tried(to, outcome, "", "", "", "", "", outcome, 0)));
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void wholeSessionIsFoundInItsTimeAlone() throws Exception {
        kept.add(transaction(seconds(1), "accept", to("<bob@example.com>")));
        kept.add(ended(seconds(2), 1));
        assertThat(Trail.ofSession(records, SESSION)).isEqualTo(kept);
        assertThat(Trail.ofSession(records, SESSION.toLowerCase(java.util.Locale.ROOT)))
                .isEqualTo(kept);
        assertThat(asked).allMatch(query -> query.since().equals(Optional.of(BORN.minus(Trail.NEAR))));
    }

    @Test
    void longSessionIsFoundToItsEnd() throws Exception {
        kept.add(transaction(seconds(1), "accept", to("<bob@example.com>")));
        kept.add(transaction(Duration.ofHours(2), "accept", to("<bob@example.com>")));
        kept.add(ended(Duration.ofHours(3), 2));
        assertThat(Trail.ofSession(records, SESSION)).isEqualTo(kept);
    }

    @Test
    void transactionThatTheClockPutElsewhereIsFound() throws Exception {
        kept.add(transaction(Duration.ofDays(-20), "accept", to("<bob@example.com>")));
        kept.add(ended(seconds(2), 1));
        assertThat(Trail.ofSession(records, SESSION)).isEqualTo(kept);
    }

    @Test
    void deliveredMessageIsFoundInItsTimeAlone() throws Exception {
        kept.add(
                transaction(seconds(1), "accept", to("<Bob@example.com>"), to("<all@example.com>", "<c@example.com>")));
        kept.add(attempt(seconds(2), "<bob@example.com>", "delivered"));
        kept.add(attempt(seconds(3), "<c@example.com>", "delivered"));
        assertThat(Trail.ofMessage(records, MESSAGE)).isEqualTo(kept);
        assertThat(asked).hasSize(1);
    }

    @Test
    void nobodyWaitsForWhomWasRefused() throws Exception {
        kept.add(transaction(
                seconds(1),
                "accept",
                to("<bob@example.com>"),
                new Entry.Recipient("<x@example.com>", List.of(), new Entry.Told("refused", "", "550 5.1.1 no"))));
        kept.add(attempt(seconds(2), "<bob@example.com>", "delivered"));
        assertThat(Trail.ofMessage(records, MESSAGE)).isEqualTo(kept);
        assertThat(asked).hasSize(1);
    }

    @Test
    void whoeverStillWaitsIsLookedForLater() throws Exception {
        kept.add(
                transaction(seconds(1), "accept", to("<bob@example.com>"), to("<all@example.com>", "<c@example.com>")));
        kept.add(attempt(seconds(2), "<bob@example.com>", "delivered"));
        kept.add(attempt(Duration.ofDays(2), "<c@example.com>", "failed"));
        assertThat(Trail.ofMessage(records, MESSAGE)).isEqualTo(kept);
    }

    @Test
    void quarantinedMessageMayBeReleasedLater() throws Exception {
        kept.add(transaction(seconds(1), "quarantine", to("<bob@example.com>")));
        kept.add(attempt(seconds(2), "<bob@example.com>", "delivered"));
        kept.add(attempt(Duration.ofDays(2), "<bob@example.com>", "delivered"));
        assertThat(Trail.ofMessage(records, MESSAGE)).isEqualTo(kept);
    }

    @Test
    void whatNobodyKnowsIsNotFound() throws Exception {
        assertThat(Trail.ofMessage(records, MESSAGE)).isEmpty();
        assertThat(Trail.ofSession(records, "s-nonsense")).isEmpty();
    }
}
