package org.postern.journal;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.postern.smtp.server.TraceId;
import org.postern.spool.MessageId;

/**
 * All that the journal has of a session or a message. Its name tells when it came: that time is looked at first, and all others only when
 * it did not come to its end then, or the clock jumped.
 */
final class Trail {
    /** Most sessions, and what they brought, have come to their end by then. */
    static final Duration NEAR = Duration.ofMinutes(10);

    /** Entries of one message or session. */
    private static final int MOST = 2_000;

    private Trail() {}

    /** In the order in which they came. */
    static List<Entry> ofSession(Records records, String session) throws IOException {
        Query query = Query.of(Field.SESSION, session);
        List<Entry> near = near(records, query, TraceId.time(session));
        return isWhole(near) ? near : records.all(query, MOST);
    }

    /** In the order in which they came. */
    static List<Entry> ofMessage(Records records, String id) throws IOException {
        Query query = Query.of(Field.MESSAGE, id);
        List<Entry> near =
                near(records, query, MessageId.parse(id).map(MessageId::millis).map(Instant::ofEpochMilli));
        return isSettled(near, id) ? near : records.all(query, MOST);
    }

    private static List<Entry> near(Records records, Query query, Optional<Instant> born) throws IOException {
        return born.isEmpty()
                ? List.of()
                : records.all(
                        query.within(born.map(time -> time.minus(NEAR)), born.map(time -> time.plus(NEAR))), MOST);
    }

    /** Whether a session has ended, and none of its transactions is missing. */
    private static boolean isWhole(List<Entry> ofSession) {
        long transactions =
                ofSession.stream().filter(Entry.Transaction.class::isInstance).count();
        return ofSession.stream()
                .anyMatch(entry -> entry instanceof Entry.Session ended && ended.transactions() == transactions);
    }

    private static boolean isSettled(List<Entry> entries, String id) {
        return entries.stream()
                .anyMatch(entry ->
                        entry instanceof Entry.Transaction one && one.message().equals(id) && isSettled(one, entries));
    }

    /** Whether what it brought was delivered to all whom it was taken for, so that nothing more happens to it. */
    static boolean isSettled(Entry.Transaction one, Collection<? extends Entry> history) {
        if (one.message().isEmpty()
                || one.to().isEmpty()
                || one.whole().verdict().equals("quarantine")) {
            return false;
        }
        Set<String> waiting = new HashSet<>();
        for (Entry.Recipient recipient : one.to()) {
            if (isRefused(recipient)) {
                continue;
            }
            if (recipient.means().isEmpty()) {
                waiting.add(plain(recipient.path()));
            } else {
                recipient.means().forEach(other -> waiting.add(plain(other)));
            }
        }
        for (Entry entry : history) {
            if (entry instanceof Entry.Attempt attempt && attempt.message().equals(one.message())) {
                attempt.tried().stream()
                        .filter(tried -> tried.outcome().equals("delivered"))
                        .forEach(tried -> waiting.remove(plain(tried.to())));
            }
        }
        return waiting.isEmpty();
    }

    private static boolean isRefused(Entry.Recipient recipient) {
        String reply = recipient.told().reply();
        return reply.startsWith("4") || reply.startsWith("5");
    }

    private static String plain(String path) {
        return Terms.bare(path).toLowerCase(Locale.ROOT);
    }
}
