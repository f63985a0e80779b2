package org.postern.journal;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.policy.Action;
import org.postern.policy.Case;
import org.postern.policy.Course;
import org.postern.policy.FilterRule;
import org.postern.policy.Judged;
import org.postern.policy.Net;
import org.postern.policy.OwnLists;
import org.postern.policy.Policy;
import org.postern.policy.Verdict;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/**
 * Judges recorded transactions again by another policy, step by step as a session would, from what was found then: nobody is asked anything.
 * Safe for many threads.
 */
public final class Replay {
    /** What is said as soon as the greeting is known. */
    private static final Set<Check> OF_SESSION = EnumSet.range(Check.OWN_LIST, Check.DNSWL);

    private static final Set<Check> OF_CONTENT = EnumSet.range(Check.DKIM, Check.FILTER);
    private static final Set<Check> BEFORE_CONTENT = EnumSet.complementOf(EnumSet.range(Check.DKIM, Check.FILTER));
    private static final Set<Check> OF_PROTOCOL = EnumSet.of(Check.EARLY_TALK, Check.HELO_SYNTAX, Check.HELO_BARE_IP);

    private final Policy policy;
    private final OwnLists lists;
    private final boolean decidesAtGreeting;

    /** Why a transaction can't be judged again. */
    public enum Unjudged {
        /** It was refused before there was anything more to look at. */
        REFUSED_EARLY("refused then before there was more to judge"),
        /** Its recipients were refused, so that its content never came. */
        NO_CONTENT("refused then before its content came"),
        /** What greylisting knew then is not kept. */
        GREYLIST("depends on what greylisting had seen"),
        /** A rate was used up. */
        RATE("over a rate then, which no policy lifts"),
        /** No finding of a zone or a filter of the policy. */
        NOT_ASKED("a zone or filter of that policy was not asked then"),
        /** It was refused for what is no policy: space, relaying. */
        OTHER("refused then for what no policy decides"),
        /** Nothing was brought. */
        NOTHING("brought no message");

        private final String words;

        Unjudged(String words) {
            this.words = words;
        }

        /** In words. */
        public String words() {
            return words;
        }
    }

    /** What comes of a transaction. */
    public sealed interface Outcome {
        /**
         * It is judged.
         *
         * @param verdict as {@link Entry.Told#verdict}
         * @param by the id of the check that decides; may be empty
         */
        record Ruled(String verdict, String by) implements Outcome {}

        /** It can't be. */
        record Open(Unjudged why) implements Outcome {}

        /** It never is: who is trusted is recorded only. */
        record Trusted() implements Outcome {}
    }

    /**
     * By that policy.
     *
     * @param lists the operator's own, which are asked anew
     * @param decidesAtGreeting whether verdicts are said as soon as they are known
     */
    public Replay(Policy policy, OwnLists lists, boolean decidesAtGreeting) {
        this.policy = policy;
        this.lists = lists;
        this.decidesAtGreeting = decidesAtGreeting;
    }

    /**
     * Judges all recorded transactions of the time of {@code query}.
     *
     * @param progress is told now and then how many entries were fetched; see {@link JournalFiles#count}
     * @throws IOException when they can't be read
     */
    public ReplayCount judge(JournalFiles files, Query query, LongConsumer progress) throws IOException {
        var count = new ReplayCount();
        Crew.read(files, query, ReplayCount::new, (own, octets) -> count(own, octets, query), progress)
                .forEach(count::add);
        return count;
    }

    private void count(ReplayCount own, byte[] octets, Query query) {
        if (!Codec.isTransaction(octets)) {
            return;
        }
        Optional<Entry> entry = Codec.findings(octets);
        if (entry.isEmpty()) {
            own.addUnreadable();
        } else if (entry.get() instanceof Entry.Transaction one && query.isAbout(one)) {
            own.add(one, judge(one));
        }
    }

    /** What would be said of {@code one} by that policy. */
    public Outcome judge(Entry.Transaction one) {
        if (one.caller().trusted()) {
            return new Outcome.Trusted();
        }
        if (one.decided().verdict().equals("limited")) {
            return new Outcome.Open(Unjudged.RATE);
        }
        Optional<InetAddress> client = Net.address(one.caller().client());
        List<Finding> findings = Recorded.findings(one).stream()
                .map(Judged::finding)
                .filter(finding -> finding.check() != Check.OWN_LIST)
                .toList();
        if (client.isEmpty() || findings.isEmpty()) {
            return new Outcome.Open(one.to().isEmpty() ? Unjudged.NOTHING : Unjudged.OTHER);
        }
        var whole = new Case(
                client.get(), Greeting.name(one.caller().name()), from(one.from()), Optional.empty(), findings);
        return new Session(one, whole).judge();
    }

    private static ReversePath from(String path) {
        return Mailbox.parse(Terms.bare(path))
                .<ReversePath>map(mailbox -> mailbox)
                .orElseGet(ReversePath.Null::new);
    }

    private static Optional<ForwardPath> to(String path) {
        return path.equalsIgnoreCase("<postmaster>")
                ? Optional.of(new ForwardPath.Postmaster())
                : Mailbox.parse(Terms.bare(path)).map(mailbox -> mailbox);
    }

    /** One transaction on its way. */
    private final class Session {
        private final Entry.Transaction one;
        private final Case whole;
        private boolean asksGreylist;

        Session(Entry.Transaction one, Case whole) {
            this.one = one;
            this.whole = whole;
        }

        Outcome judge() {
            Optional<Verdict> early = early();
            if (early.isPresent()) {
                return ruled(early.get());
            }
            return switch (one.stage()) {
                case CONNECTION, GREETING -> new Outcome.Open(Unjudged.REFUSED_EARLY);
                case ENVELOPE, CONTENT -> recipients();
            };
        }

        /** What is said at once: broken protocol, and all that is known of the greeting, where it is to be said then. */
        private Optional<Verdict> early() {
            Verdict protocol = policy.verdictOfProtocol(with(OF_PROTOCOL));
            if (!protocol.isTaken()) {
                return Optional.of(protocol);
            }
            if (!decidesAtGreeting || !isKnown(Check.IPREV)) {
                return Optional.empty();
            }
            Verdict verdict = policy.verdictAtGreeting(withOwnList(new Case(
                    whole.client(),
                    whole.name(),
                    new ReversePath.Null(),
                    Optional.empty(),
                    with(OF_SESSION).findings())));
            return Optional.of(verdict).filter(said -> !said.isTaken());
        }

        private Outcome recipients() {
            var course = new Course(policy, _ -> {
                asksGreylist = true;
                return false;
            });
            Case before = with(BEFORE_CONTENT);
            Optional<Outcome> last = Optional.empty();
            boolean isTaken = false;
            boolean wasTaken = false;
            for (Entry.Recipient recipient : one.to()) {
                Optional<ForwardPath> to = to(recipient.path());
                boolean isUnknown = recipient.told().reply().startsWith("550 5.1.1")
                        && recipient.told().verdict().equals("refused");
                boolean byPolicy = !recipient.told().verdict().equals("refused") || isUnknown;
                if (to.isEmpty() || !byPolicy) {
                    continue;
                }
                wasTaken |= recipient.told().verdict().isEmpty();
                Course.Step step = course.recipient(withOwnList(before.to(to.get())), isUnknown);
                if (asksGreylist) {
                    return new Outcome.Open(Unjudged.GREYLIST);
                }
                switch (step) {
                    case Course.Step.Refused(Verdict verdict) -> last = Optional.of(ruled(verdict));
                    case Course.Step.Unknown _ -> last = Optional.of(new Outcome.Ruled("refused", ""));
                    case Course.Step.Taken _ -> isTaken = true;
                    case Course.Step.Apart _ -> {}
                }
            }
            if (isTaken) {
                return content(course, wasTaken);
            }
            return last.map(outcome -> isOpen(outcome) ? new Outcome.Open(Unjudged.NOT_ASKED) : outcome)
                    .orElseGet(() -> new Outcome.Open(one.to().isEmpty() ? Unjudged.NOTHING : Unjudged.OTHER));
        }

        private Outcome content(Course course, boolean wasTaken) {
            if (!isKnown(Check.DMARC)) {
                return new Outcome.Open(wasTaken ? Unjudged.NOTHING : Unjudged.NO_CONTENT);
            }
            Verdict verdict = course.content(_ -> with(OF_CONTENT).findings());
            if (asksGreylist) {
                return new Outcome.Open(Unjudged.GREYLIST);
            }
            Outcome outcome = ruled(verdict);
            return isOpen(outcome) ? new Outcome.Open(Unjudged.NOT_ASKED) : outcome;
        }

        /** Whether something that was not asked then might say more: nothing is harder than to reject. */
        private boolean isOpen(Outcome outcome) {
            boolean rejects =
                    outcome instanceof Outcome.Ruled ruled && ruled.verdict().equals(Action.REJECT.word());
            return !rejects && lacksAnswers();
        }

        private boolean lacksAnswers() {
            Set<String> asked = new HashSet<>();
            whole.findings().stream()
                    .filter(finding -> switch (finding.check()) {
                        case DNSBL, DNSWL, FILTER -> true;
                        default -> false;
                    })
                    .forEach(finding -> asked.add(finding.subject(0)));
            boolean zones = policy.blockLists().stream()
                            .anyMatch(rule -> !asked.contains(rule.zone().zone().text()))
                    || policy.welcomeLists().stream()
                            .anyMatch(rule -> !asked.contains(rule.zone().zone().text()));
            boolean filters = one.stage() == Entry.Stage.CONTENT
                    && policy.filters().stream().map(FilterRule::name).anyMatch(name -> !asked.contains(name));
            return zones || filters;
        }

        private boolean isKnown(Check check) {
            return whole.findings().stream().anyMatch(finding -> finding.check() == check);
        }

        private Case with(Set<Check> checks) {
            var some = new ArrayList<Finding>(whole.findings().size());
            for (Finding finding : whole.findings()) {
                if (checks.contains(finding.check())) {
                    some.add(finding);
                }
            }
            return new Case(whole.client(), whole.name(), whole.from(), Optional.empty(), some);
        }

        private Case withOwnList(Case part) {
            Finding own = lists.check(part);
            return own.result() == Result.NONE ? part : part.with(own);
        }

        private Outcome ruled(Verdict verdict) {
            return new Outcome.Ruled(
                    verdict.word(),
                    verdict.decidedBy().map(finding -> finding.check().id()).orElse(""));
        }
    }
}
