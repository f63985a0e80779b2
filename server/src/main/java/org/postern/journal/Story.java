package org.postern.journal;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What became of a session or a message, from its coming to its end.
 *
 * @param answer that in a sentence
 * @param fine whether it was taken and, as far as it had to be, delivered
 * @param transactions in their order
 * @param session how it ended; empty while it lasts, and for what came by none
 * @param messages that were kept
 * @param cures what the other side should change
 * @param gaps in the journal, at that time
 */
public record Story(
        String subject,
        String answer,
        boolean fine,
        List<Entry.Transaction> transactions,
        Optional<Entry.Session> session,
        List<Message> messages,
        List<String> cures,
        List<Entry.Gap> gaps) {
    /** Who is asked to come again is looked for so long. */
    private static final Duration AGAIN = Duration.ofDays(3);

    /**
     * A message, and all that happened to it.
     *
     * @param history attempts and events, in their order
     * @param reports of ours about it
     */
    public record Message(String id, List<Entry> history, List<Message> reports) {
        public Message {
            history = List.copyOf(history);
            reports = List.copyOf(reports);
        }

        /** What the last attempt, or what the operator did since, came to for each recipient. */
        public Map<String, Entry.Tried> last() {
            Map<String, Entry.Tried> last = new LinkedHashMap<>();
            for (Entry entry : history) {
                if (entry instanceof Entry.Attempt attempt) {
                    attempt.tried().forEach(tried -> last.put(tried.to(), tried));
                }
            }
            return last;
        }

        /** Whether the operator, or time, has put an end to it. */
        Optional<Entry.Event> end() {
            return history.stream()
                    .filter(Entry.Event.class::isInstance)
                    .map(Entry.Event.class::cast)
                    .filter(event -> event.message().equals(id))
                    .filter(event -> switch (event.what()) {
                        case DROPPED, FORGOTTEN, GIVEN_UP, HELD -> true;
                        case LEFT_HERE, REPORT, RELEASED, RELEASED_FROM_QUARANTINE, RETRIED -> false;
                    })
                    .reduce((_, later) -> later);
        }
    }

    public Story {
        transactions = List.copyOf(transactions);
        messages = List.copyOf(messages);
        cures = List.copyOf(cures);
        gaps = List.copyOf(gaps);
    }

    // --- finding it
    // --------------------------------------------------------------------------------------------------------------

    /** The story of a session; empty when nothing is known of it. */
    public static Optional<Story> ofSession(Records records, String session) throws IOException {
        List<Entry> entries = Trail.ofSession(records, session);
        return entries.isEmpty() ? Optional.empty() : Optional.of(of(records, session, entries, ""));
    }

    /** The story of a message; empty when nothing is known of it. */
    public static Optional<Story> ofMessage(Records records, String id) throws IOException {
        List<Entry> entries = Trail.ofMessage(records, id);
        return entries.isEmpty() ? Optional.empty() : Optional.of(of(records, id, entries, id));
    }

    private static Story of(Records records, String subject, List<Entry> entries, String message) throws IOException {
        List<Entry.Transaction> transactions = entries.stream()
                .filter(Entry.Transaction.class::isInstance)
                .map(Entry.Transaction.class::cast)
                .toList();
        Optional<Entry.Session> session = ended(entries);
        if (session.isEmpty() && !transactions.isEmpty()) {
            session = ended(Trail.ofSession(records, transactions.getFirst().session()));
        }
        Set<String> ids = new LinkedHashSet<>();
        if (!message.isEmpty()) {
            ids.add(message);
        }
        transactions.stream()
                .map(Entry.Transaction::message)
                .filter(id -> !id.isEmpty())
                .forEach(ids::add);
        var messages = new ArrayList<Message>();
        for (String id : ids) {
            messages.add(message(records, id, id.equals(message) ? entries : Trail.ofMessage(records, id), 1));
        }
        Set<String> cures = new LinkedHashSet<>();
        transactions.forEach(one -> cures.addAll(Cure.of(one)));
        Verdict verdict = verdict(records, transactions, session, messages);
        return new Story(
                subject,
                verdict.answer,
                verdict.fine,
                transactions,
                session,
                messages,
                List.copyOf(cures),
                gaps(records, entries, verdict.fine && session.isPresent() && areSettled(transactions, messages)));
    }

    /** Whether all that was taken was delivered: nothing more will happen to it. */
    public boolean isSettled() {
        return areSettled(transactions, messages);
    }

    private static boolean areSettled(List<Entry.Transaction> transactions, List<Message> messages) {
        return messages.stream()
                .allMatch(message -> transactions.stream()
                        .anyMatch(
                                one -> one.message().equals(message.id()) && Trail.isSettled(one, message.history())));
    }

    private static Optional<Entry.Session> ended(List<Entry> entries) {
        return entries.stream()
                .filter(Entry.Session.class::isInstance)
                .map(Entry.Session.class::cast)
                .findFirst();
    }

    private static Message message(Records records, String id, List<Entry> entries, int depth) throws IOException {
        List<Entry> history = entries.stream()
                .filter(entry -> entry instanceof Entry.Attempt || entry instanceof Entry.Event)
                .toList();
        var reports = new ArrayList<Message>();
        for (Entry entry : history) {
            if (depth > 0
                    && entry instanceof Entry.Event event
                    && event.what() == Entry.What.REPORT
                    && event.about().equals(id)) {
                reports.add(message(records, event.message(), Trail.ofMessage(records, event.message()), depth - 1));
            }
        }
        return new Message(id, history, reports);
    }

    private static List<Entry.Gap> gaps(Records records, List<Entry> entries, boolean isOver) throws IOException {
        Instant from = entries.getFirst().time().minus(Duration.ofMinutes(5));
        // Of what came to its end nothing can be missing later; who was refused or asked to come again may have done
        // so.
        Instant to = entries.getLast().time().plus(isOver ? Duration.ofMinutes(5) : Duration.ofDays(1));
        return records.all(Query.of(Field.VERDICT, Terms.GAP).within(Optional.of(from), Optional.of(to)), 20).stream()
                .filter(Entry.Gap.class::isInstance)
                .map(Entry.Gap.class::cast)
                .toList();
    }

    // --- the answer
    // --------------------------------------------------------------------------------------------------------------

    private record Verdict(String answer, boolean fine) {}

    private static Verdict verdict(
            Records records,
            List<Entry.Transaction> transactions,
            Optional<Entry.Session> session,
            List<Message> messages)
            throws IOException {
        if (transactions.isEmpty()) {
            return messages.isEmpty() ? ofNothing(session) : became(messages.getFirst());
        }
        // What did not go well is what people ask about.
        Entry.Transaction told = transactions.stream()
                .filter(one -> one.message().isEmpty())
                .reduce((_, later) -> later)
                .orElseGet(transactions::getLast);
        if (told.message().isEmpty()) {
            return refused(records, told);
        }
        if (told.whole().verdict().equals("quarantine")) {
            return quarantined(told, messages);
        }
        for (Message message : messages) {
            Verdict one = became(message);
            if (!one.fine) {
                return one;
            }
        }
        return messages.size() == 1
                ? became(messages.getFirst())
                : new Verdict("all of its " + messages.size() + " messages were taken and handed on", true);
    }

    private static Verdict ofNothing(Optional<Entry.Session> session) {
        return new Verdict(
                session.map(one -> one.refused().isEmpty()
                                ? who(one.caller()) + " brought no mail (it ended by " + one.end() + ")"
                                : who(one.caller()) + " brought no mail; it was told: "
                                        + one.refused().getLast().told().reply())
                        .orElse("nothing is known of it"),
                false);
    }

    private static String who(Entry.Caller caller) {
        return caller.client() + (caller.name().isEmpty() ? "" : ", which greeted as " + caller.name() + ",");
    }

    private static Verdict refused(Records records, Entry.Transaction one) throws IOException {
        Entry.Told told = one.decided();
        String who = who(one.caller());
        String because = because(one, told);
        String answer =
                switch (told.verdict()) {
                    case "greylist" -> who + " was asked to come again" + because + again(records, one);
                    case "defer" -> who + " was put off" + because;
                    case "reject" -> who + " was refused" + because;
                    case "limited" -> who + " was put off, for it had used up a limit of this server: " + told.reply();
                    default ->
                        told.reply().isEmpty()
                                ? who + " went away before it had brought a message"
                                : who + " was refused: " + told.reply();
                };
        return new Verdict(answer, false);
    }

    /** The words of the finding that decided. */
    private static String because(Entry.Transaction one, Entry.Told told) {
        String text = one.findings().stream()
                .filter(found ->
                        found.check().equals(told.by()) && !found.action().equals("note"))
                .map(Entry.Found::text)
                .findFirst()
                .orElse(told.reply());
        return " by " + told.by() + ": " + text;
    }

    private static String again(Records records, Entry.Transaction one) throws IOException {
        String to = one.to().isEmpty() ? "" : one.to().getFirst().path();
        Query query = Query.of(Field.SENDER, one.from())
                .with(Field.RECIPIENT, Words.of(to))
                .within(Optional.of(one.time()), Optional.of(one.time().plus(AGAIN)));
        return records.all(query, 100).stream()
                .filter(Entry.Transaction.class::isInstance)
                .map(Entry.Transaction.class::cast)
                .filter(later -> !later.message().isEmpty() && isSame(later.caller(), one.caller()))
                .findFirst()
                .map(later -> "; it came again, and was taken as " + later.message())
                .orElse("; it has not come again");
    }

    /** Whether it is the same client, whichever of its addresses it comes from. */
    private static boolean isSame(Entry.Caller one, Entry.Caller other) {
        return one.client().equals(other.client())
                || one.name().equalsIgnoreCase(other.name())
                || (!one.confirmed().isEmpty() && one.confirmed().equalsIgnoreCase(other.confirmed()));
    }

    private static Verdict quarantined(Entry.Transaction one, List<Message> messages) {
        Optional<Message> message = messages.stream()
                .filter(kept -> kept.id().equals(one.message()))
                .findFirst();
        boolean released = message.stream()
                .flatMap(kept -> kept.history().stream())
                .anyMatch(entry ->
                        entry instanceof Entry.Event event && event.what() == Entry.What.RELEASED_FROM_QUARANTINE);
        String where = released
                ? "it was released since"
                : message.map(Message::last).orElse(Map.of()).values().stream()
                        .filter(tried -> tried.outcome().equals("delivered"))
                        .findFirst()
                        .map(tried -> "it went to " + tried.text())
                        .orElse("it is kept here");
        return new Verdict(
                one.message() + " was taken, and put into quarantine" + because(one, one.whole()) + "; " + where,
                false);
    }

    private static Verdict became(Message message) {
        Map<String, Entry.Tried> last = message.last();
        Optional<Entry.Event> end = message.end();
        if (end.isPresent()
                && last.values().stream().noneMatch(tried -> tried.outcome().equals("delivered"))) {
            return new Verdict(message.id() + words(end.get()), false);
        }
        if (last.isEmpty()) {
            return new Verdict(message.id() + " is here, and no attempt to hand it on has ended yet", false);
        }
        for (Entry.Tried tried : last.values()) {
            if (!tried.outcome().equals("delivered")) {
                return new Verdict(message.id() + fate(message, tried), false);
            }
        }
        Entry.Tried one = last.values().iterator().next();
        return new Verdict(
                message.id() + " was delivered to " + Terms.bare(one.to())
                        + (last.size() > 1 ? " and " + (last.size() - 1) + " more" : "") + ": " + one.text(),
                true);
    }

    private static String fate(Message message, Entry.Tried tried) {
        String to = Terms.bare(tried.to());
        return switch (tried.state()) {
            case "reported" ->
                " could not be delivered to " + to + ": " + tried.text()
                        + (message.reports().isEmpty()
                                ? ""
                                : "; its sender was told by "
                                        + message.reports().getLast().id());
            case "waiting" -> " waits for " + to + ": " + tried.text();
            case "undeliverable" -> " could not be delivered to " + to + ", and nobody is told: " + tried.text();
            default -> " is held for " + to + ": " + tried.text();
        };
    }

    private static String words(Entry.Event end) {
        return switch (end.what()) {
            case DROPPED -> " was dropped by the operator";
            case FORGOTTEN -> " was forgotten, undelivered: " + end.text();
            case GIVEN_UP -> " was given up: " + end.text();
            case HELD -> " is held by the operator";
            case LEFT_HERE, REPORT, RELEASED, RELEASED_FROM_QUARANTINE, RETRIED -> "";
        };
    }
}
