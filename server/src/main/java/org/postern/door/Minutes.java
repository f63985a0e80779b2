package org.postern.door;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.config.Listen;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.journal.Entry;
import org.postern.journal.Entry.Told;
import org.postern.journal.Journal;
import org.postern.policy.Judged;
import org.postern.policy.Verdict;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.server.Session;
import org.postern.smtp.server.SessionEnd;
import org.postern.spool.SpooledMessage;

/** What the journal keeps of one session: taken down as it goes, an entry for each transaction and one at the end. For the session's thread. */
final class Minutes {
    private final Journal journal;
    private final Session session;
    private final String role;
    private final Supplier<Long> now;
    private final Supplier<String> confirmed;

    private final List<Entry.Refused> refusals = new ArrayList<>();
    private int transactions;

    /** The open transaction; null before MAIL. */
    private @Nullable Draft draft;

    private Asking asking = Asking.OTHER;
    private boolean limited;

    /** What the client is about to be answered. */
    private enum Asking {
        MAIL,
        RECIPIENT,
        CONTENT,
        OTHER
    }

    /** A transaction so far. */
    private static final class Draft {
        private final String from;
        private final List<Entry.Recipient> to = new ArrayList<>();
        private final List<Entry.Refused> others = new ArrayList<>();
        private Entry.Stage stage = Entry.Stage.ENVELOPE;
        private Told whole = Told.NOTHING;
        private String asked = "";
        private String message = "";
        private String messageId = "";
        private long octets;
        private List<Judged> findings = List.of();

        Draft(String from) {
            this.from = from;
        }
    }

    /** @param confirmed the name that reverse DNS confirms, as far as that is known by then; empty else */
    Minutes(Journal journal, Session session, Listen.Role role, Supplier<Long> now, Supplier<String> confirmed) {
        this.journal = journal;
        this.session = session;
        this.role = role.name().toLowerCase(Locale.ROOT);
        this.now = now;
        this.confirmed = confirmed;
    }

    /**
     * A transaction begins.
     *
     * @param known what was found about the one before, where no verdict has told it
     */
    void from(ReversePath from, Supplier<Optional<Verdict>> known) {
        close(known);
        draft = new Draft(from.path());
        asking = Asking.MAIL;
    }

    void recipient(ForwardPath to) {
        if (draft != null) {
            draft.asked = to.path();
            asking = Asking.RECIPIENT;
        }
    }

    /** A recipient is taken. */
    void taken(ForwardPath to, Collection<ForwardPath> means, Reply reply) {
        if (draft != null) {
            // Each message has this: most stand for themselves.
            List<String> others = means.size() == 1 && means.contains(to)
                    ? List.of()
                    : means.stream()
                            .filter(other -> !other.equals(to))
                            .map(ForwardPath::path)
                            .toList();
            draft.to.add(new Entry.Recipient(to.path(), others, new Told("", "", reply.toString())));
        }
        asking = Asking.OTHER;
    }

    /** What was asked is granted, and there is nothing to note. */
    void granted() {
        asking = Asking.OTHER;
    }

    /** The content comes. */
    void content(String messageId) {
        if (draft != null) {
            draft.stage = Entry.Stage.CONTENT;
            draft.messageId = messageId;
            asking = Asking.CONTENT;
        }
    }

    /** The message is in the spool. */
    void kept(SpooledMessage message, Optional<Verdict> verdict, Reply reply) {
        Draft open = draft;
        if (open != null) {
            open.message = message.id().toString();
            open.octets = message.octets();
            open.whole = new Told(
                    verdict.map(Verdict::word).orElse("trusted"),
                    verdict.map(Minutes::by).orElse(""),
                    reply.toString());
            note(verdict);
        }
        asking = Asking.OTHER;
        close(Optional.empty());
    }

    /** What comes next is refused because a rate is used up. */
    void limited() {
        limited = true;
    }

    /** Something is refused, by that verdict or by none. */
    void refused(String asked, Reply reply, Optional<Verdict> verdict) {
        var told = new Told(
                limited
                        ? "limited"
                        : verdict.filter(one -> !one.isTaken())
                                .map(Verdict::word)
                                .orElse("refused"),
                verdict.filter(one -> !one.isTaken()).map(Minutes::by).orElse(""),
                reply.toString());
        limited = false;
        Draft open = draft;
        if (open == null) {
            outside(asked, told, verdict);
            return;
        }
        note(verdict);
        switch (asking) {
            case RECIPIENT -> open.to.add(new Entry.Recipient(open.asked, List.of(), told));
            case MAIL, CONTENT -> open.whole = told;
            case OTHER -> {
                if (open.others.size() < Entry.MOST_REFUSALS) {
                    open.others.add(new Entry.Refused(asked, told));
                }
            }
        }
        asking = Asking.OTHER;
    }

    /** A verdict about the client or its greeting is an entry by itself; all else stands in the session's. */
    private void outside(String asked, Told told, Optional<Verdict> verdict) {
        if (verdict.isPresent() && !verdict.get().isTaken()) {
            var refused = new Draft("");
            refused.stage = verb(asked).isPresent() ? Entry.Stage.GREETING : Entry.Stage.CONNECTION;
            refused.whole = told;
            refused.findings = verdict.get().findings();
            draft = refused;
            close(Optional.of(asked));
        } else if (refusals.size() < Entry.MOST_REFUSALS) {
            refusals.add(new Entry.Refused(asked, told));
        }
    }

    private void note(Optional<Verdict> verdict) {
        if (draft != null && verdict.isPresent() && !verdict.get().findings().isEmpty()) {
            draft.findings = verdict.get().findings();
        }
    }

    private static String by(Verdict verdict) {
        return verdict.decidedBy().map(finding -> finding.check().id()).orElse("");
    }

    private void close(Supplier<Optional<Verdict>> known) {
        if (draft != null && draft.findings.isEmpty() && !draft.to.isEmpty()) {
            note(known.get());
        }
        close(Optional.empty());
    }

    /** The open transaction is over. */
    private void close(Optional<String> greeting) {
        Draft open = draft;
        draft = null;
        if (open == null) {
            return;
        }
        transactions++;
        var facts = new LinkedHashMap<Evidence, Integer>();
        List<Entry.Found> found = new ArrayList<>(open.findings.size());
        for (Judged judged : open.findings) {
            found.add(found(judged, facts));
        }
        List<Entry.Fact> answers = new ArrayList<>(facts.size());
        facts.keySet().forEach(one -> answers.add(fact(one)));
        journal.write(new Entry.Transaction(
                now.get(),
                session.id(),
                caller(greeting),
                open.stage,
                open.from,
                open.to,
                open.whole,
                open.message,
                open.messageId,
                open.octets,
                found,
                answers,
                open.others));
    }

    /** @param known what was found about the open transaction, where no verdict has told it */
    void ended(SessionEnd end, Supplier<Optional<Verdict>> known) {
        close(known);
        journal.write(new Entry.Session(
                now.get(),
                session.id(),
                caller(Optional.empty()),
                end.reason().name().toLowerCase(Locale.ROOT),
                transactions,
                end.messages(),
                end.commands(),
                end.refusals(),
                end.octetsIn(),
                end.octetsOut(),
                end.time().toMillis(),
                refusals));
    }

    // --- parts
    // -----------------------------------------------------------------------------------------------------------------

    /** @param refused the greeting as it came, where it was refused */
    private Entry.Caller caller(Optional<String> refused) {
        Optional<String> verb = refused.flatMap(Minutes::verb);
        return new Entry.Caller(
                role,
                session.trusted(),
                AddressLiteral.text(session.client().getAddress()),
                session.proxy()
                        .filter(_ -> !session.isProxyItself())
                        .map(AddressLiteral::text)
                        .orElse(""),
                verb.or(() -> session.greeting()
                                .map(greeting -> greeting.verb().name().toLowerCase(Locale.ROOT)))
                        .orElse(""),
                verb.flatMap(_ -> refused.map(asked -> asked.substring(asked.indexOf(' ') + 1)))
                        .or(() -> session.greeting()
                                .map(greeting -> greeting.name().text()))
                        .orElse(""),
                confirmed.get(),
                session.tls().map(tls -> tls.protocol() + " " + tls.cipher()).orElse(""),
                session.earlyTalk());
    }

    private static Optional<String> verb(String asked) {
        return Optional.of(asked.split(" ", 2)[0].toLowerCase(Locale.ROOT))
                .filter(one -> one.equals("ehlo") || one.equals("helo"));
    }

    private static Entry.Found found(Judged judged, Map<Evidence, Integer> facts) {
        Finding finding = judged.finding();
        List<Integer> on = finding.evidence().stream()
                .map(one -> facts.computeIfAbsent(one, _ -> facts.size()))
                .toList();
        return new Entry.Found(
                finding.check().id(),
                finding.result().word(),
                judged.action().word(),
                judged.why(),
                finding.subject(),
                finding.text(),
                on);
    }

    private static Entry.Fact fact(Evidence one) {
        return new Entry.Fact(
                one.question(),
                one.answer(),
                one.ttl().toSeconds(),
                one.time().toMillis(),
                one.server(),
                one.dnssec().name().toLowerCase(Locale.ROOT));
    }
}
