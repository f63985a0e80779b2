package org.postern.app;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.postern.journal.Entry;
import org.postern.journal.Journal;
import org.postern.journal.JournalSettings;

/**
 * The journal of a day from 10:00 to 10:00, the same whenever it is written: customers and a partner all day, most of them by day; a flood
 * in the evening, and some whose names are doubtful; a next hop that is far away, and one that is out of order.
 */
final class RecordedDay {
    private static final Instant SINCE = Instant.parse("2026-11-27T10:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    /** The journal's thread is let catch up after so many. */
    private static final int AT_ONCE = 4_000;

    private final List<Entry> entries = new ArrayList<>();

    private RecordedDay() {}

    static void write(Path journal) {
        var day = new RecordedDay();
        day.mail();
        day.deliveries();
        for (int from = 0; from < day.entries.size(); from += AT_ONCE) {
            try (Journal open = Journal.open(journal, JournalSettings.DEFAULT, Clock.systemUTC())) {
                day.entries
                        .subList(from, Math.min(from + AT_ONCE, day.entries.size()))
                        .forEach(open::write);
            }
        }
    }

    private void mail() {
        come(4_077, "198.51.100.", "accept", "");
        come(244, "198.51.100.", "refused", "");
        come(787, "2001:db8:7::", "accept", "");
        come(371, "192.0.2.", "quarantine", "iprev");
        come(240, "192.0.2.", "greylist", "helo-resolves");
        come(100, "192.0.2.", "reject", "helo-syntax");
        flood(761, "iprev");
        flood(187, "dnsbl");
    }

    private void deliveries() {
        for (int i = 0; i < 4_151; i++) {
            attempt(byDay(i, 4_151), "local", "delivered", 25 + i % 22, "there");
        }
        for (int i = 0; i < 812; i++) {
            attempt(byDay(i, 812), "branch.example", "delivered", 1_200 + i * 37 % 1_600, "there");
        }
        for (int i = 0; i < 467; i++) {
            Instant at = byDay(i, 467);
            if (i % 42 == 41) {
                attempt(at, "slow.example", "failed", 900_000, "mx.slow.example said: 550 5.2.1 Not here");
            } else if (i % 5 < 2) {
                attempt(at, "slow.example", "delivered", 420_000 + i * 1_000, "there");
            } else {
                attempt(at, "slow.example", "later", 5_000, "mx.slow.example said: 450 4.2.0 Come again");
            }
        }
    }

    /** The {@code i}th of so many, when most come by day. */
    private static Instant byDay(int i, int of) {
        double part = (i + 0.5) / of;
        return within(part - 0.1 * Math.sin(2 * Math.PI * part));
    }

    private static Instant within(double part) {
        return SINCE.plusMillis((long) (part * DAY.toMillis()));
    }

    private void come(int count, String net, String verdict, String by) {
        for (int i = 0; i < count; i++) {
            transaction(byDay(i, count), net + (i % 200 + 1), verdict, by);
        }
    }

    private void flood(int count, String by) {
        for (int i = 0; i < count; i++) {
            transaction(within(0.42 + 0.055 * i / count), "203.0.113." + (i % 90 + 100), "reject", by);
        }
    }

    private void transaction(Instant at, String client, String verdict, String by) {
        boolean taken = verdict.equals("accept") || verdict.equals("quarantine");
        int octets = taken ? 46_600 : 0;
        var caller = new Entry.Caller("mx", false, client, "", "ehlo", "mail.a.example", "", "", false);
        entries.add(new Entry.Transaction(
                at.toEpochMilli(),
                "s-01M88T3BE05DD9V",
                caller,
                Entry.Stage.CONTENT,
                "<ann@a.example>",
                List.of(),
                new Entry.Told(verdict, by, taken ? "250 2.0.0 kept" : "550 5.7.1 no"),
                taken ? "m-1M88T3BE00000" : "",
                "",
                octets,
                List.of(),
                List.of(),
                List.of()));
        entries.add(new Entry.Session(
                at.toEpochMilli(),
                "s-01M88T3BE05DD9V",
                caller,
                "quit",
                1,
                taken ? 1 : 0,
                5,
                0,
                octets + 2_600,
                600,
                40,
                List.of()));
    }

    private void attempt(Instant at, String destination, String outcome, long age, String text) {
        entries.add(new Entry.Attempt(
                at.toEpochMilli(),
                "m-1M88T3BE00000",
                destination,
                5,
                age,
                List.of(new Entry.Tried("<bob@example.com>", outcome, "", "", "", "", text, "waiting", 0))));
    }
}
