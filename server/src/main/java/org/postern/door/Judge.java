package org.postern.door;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.config.Judging.DecideAt;
import org.postern.dns.DnsName;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.PublicSuffixes;
import org.postern.policy.Action;
import org.postern.policy.Case;
import org.postern.policy.Judged;
import org.postern.policy.Policy;
import org.postern.policy.Verdict;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.server.Session;
import org.postern.spool.Doubt;

/** Judges the stranger of one session: what is found about it, and what is said of that, and when. For the session's thread. */
final class Judge {
    private static final Finding SPOKE_EARLY =
            Finding.of(Check.EARLY_TALK, Result.FAIL, "it spoke before it was greeted");

    private final Door door;
    private final Session session;
    private Policy policy;
    private @Nullable Inquiry inquiry;

    /** What was found about the open transaction; null before it was asked for. */
    private @Nullable Case found;

    /** What the first recipient of the open transaction got, and all others must get too. */
    private @Nullable Stance agreed;

    private @Nullable Verdict last;

    /**
     * How a recipient stands to what is said for all at once, after the content.
     *
     * @param one its case so far
     * @param whole what it would get if the content told nothing
     * @param excused the checks of the content that nothing comes of for it
     * @param isPostmaster who is never refused
     */
    private record Stance(Case one, Verdict whole, Map<Check, Action> excused, boolean isPostmaster) {
        boolean isAs(Stance other) {
            return whole.isAs(other.whole) && excused.equals(other.excused) && isPostmaster == other.isPostmaster;
        }
    }

    Judge(Door door, Session session) {
        this.door = door;
        this.session = session;
        this.policy = door.examiner().policy();
        if (!session.isProxyItself()) {
            inquiry();
        }
    }

    /** Begun at once, but for a front end that has named no client yet, and may not stay. */
    private Inquiry inquiry() {
        if (inquiry == null) {
            inquiry = door.examiner().about(session.client().getAddress());
        }
        return inquiry;
    }

    /** Whether an early talker may go on. */
    boolean toleratesEarlyTalk() {
        return policy.verdictOfProtocol(new Case(
                        session.client().getAddress(),
                        new Greeting.Malformed("", Greeting.Malformed.Fault.SYNTAX, ""),
                        new ReversePath.Null(),
                        Optional.empty(),
                        List.of(SPOKE_EARLY)))
                .isTaken();
    }

    /** The refusal of a greeting; empty when it is taken. */
    Optional<Reply> greeted(Greeting greeting) {
        inquiry().greeted(greeting.name());
        forget();
        Optional<Reply> broken = said(policy.verdictOfProtocol(inquiry().atGreeting()));
        return broken.isPresent() || door.judging().decideAt() != DecideAt.GREETING
                ? broken
                : said(policy.verdictAtGreeting(
                                door.examiner().withOwnList(inquiry().all(ofSession()))))
                        .map(Judge::withoutEnhancedCode);
    }

    /** RFC 2034 §4: a reply to HELO or EHLO has none. */
    private static Reply withoutEnhancedCode(Reply reply) {
        return new Reply(reply.code(), Optional.empty(), reply.lines());
    }

    /** A transaction begins. */
    void from(ReversePath path) {
        policy = door.examiner().policy();
        inquiry().from(path);
        forget();
    }

    private void forget() {
        found = null;
        agreed = null;
    }

    /**
     * The refusal of a recipient; empty when it is taken, so far.
     *
     * @param isUnknown whether there is no such mailbox, which the caller says when nothing else is said
     */
    Optional<Reply> recipient(ForwardPath to, boolean isUnknown) {
        if (found == null) {
            found = inquiry().all(ofSession());
        }
        Case one = door.examiner().withOwnList(found.to(to));
        // RFC 5321 §4.5.1: postmaster is reachable for whoever speaks SMTP.
        boolean isPostmaster = isPostmaster(to);
        Verdict now = policy.verdictBeforeContent(one);
        Verdict whole = policy.verdict(one);
        // Where what waits for the content is harder, it is what is said, and then.
        if (!isPostmaster && !now.isTaken() && now.action() == whole.action()) {
            if (now.action() != Action.GREYLIST || !passesGreylist(one)) {
                return said(now);
            }
            whole = whole.accepted();
        }
        if (isUnknown) {
            return Optional.empty();
        }
        Verdict soFar = isPostmaster && !whole.isTaken() ? whole.accepted() : whole;
        return settled(new Stance(one, soFar, policy.excused(one), isPostmaster), to);
    }

    /** What is decided after the content is said for all recipients at once: one who would be judged otherwise comes separately. */
    private Optional<Reply> settled(Stance stance, ForwardPath to) {
        if (agreed == null) {
            agreed = stance;
            last = stance.whole();
            return Optional.empty();
        }
        return agreed.isAs(stance)
                ? Optional.empty()
                : Optional.of(Reply.of(
                        452,
                        "4.5.3",
                        "mail for " + to.path() + " is judged by itself; send it in another transaction"));
    }

    private Optional<Reply> said(Verdict verdict) {
        last = verdict;
        return verdict.isTaken() ? Optional.empty() : verdict.reply();
    }

    /**
     * What is to be done with the message, once all of its content is here.
     *
     * @param content what that tells, beside what is known of who brought it
     */
    Verdict verdict(Function<Case, List<Finding>> content) {
        Stance stance = agreed;
        if (stance == null) {
            throw new IllegalStateException("nobody is to get it");
        }
        Case whole = stance.one().with(content.apply(stance.one()));
        Verdict verdict = policy.verdict(whole);
        if (verdict.action() == Action.GREYLIST && passesGreylist(whole)) {
            verdict = verdict.accepted();
        }
        if (stance.isPostmaster() && !verdict.isTaken()) {
            verdict = verdict.accepted();
        }
        last = verdict;
        return verdict;
    }

    /** Why the message of that verdict goes into quarantine; empty when it does not. */
    Optional<Doubt> doubt(Verdict verdict) {
        Case one = found;
        return one == null ? Optional.empty() : Doubts.of(verdict, one, door.quarantine());
    }

    /** What was decided last; empty when nothing was, since the last look. */
    Optional<Verdict> takeLast() {
        Optional<Verdict> taken = Optional.ofNullable(last);
        last = null;
        return taken;
    }

    /** The name that reverse DNS confirms. */
    Optional<DnsName> confirmedName() {
        return inquiry().confirmedName();
    }

    /** The organisation that reverse DNS confirms. */
    Optional<Domain> organisation() {
        return confirmedName()
                .flatMap(DnsName::domain)
                .flatMap(name -> Domain.parse(PublicSuffixes.organisation(name)));
    }

    private List<Finding> ofSession() {
        return List.of(
                session.earlyTalk() ? SPOKE_EARLY : Finding.of(Check.EARLY_TALK, Result.PASS, "it waited for its turn"),
                inquiry().changed());
    }

    private boolean isPostmaster(ForwardPath to) {
        return switch (to) {
            case ForwardPath.Postmaster _ -> true;
            case Mailbox mailbox -> mailbox.localPart().equalsIgnoreCase("postmaster");
        };
    }

    // --- greylisting
    // ------------------------------------------------------------------------------------------------------------------

    private boolean passesGreylist(Case one) {
        return door.greylist()
                .passes(pool(one), one.from().path(), one.to().orElseThrow().path());
    }

    /** Who it is, whichever of its addresses it comes from: a large sender's queue uses many. */
    private String pool(Case one) {
        boolean spf = one.findings().stream().anyMatch(finding -> finding.is(Check.SPF, Result.PASS));
        if (spf && one.from() instanceof Mailbox mailbox && mailbox.host() instanceof Domain domain) {
            return "spf " + domain.canonical();
        }
        return inquiry()
                .confirmedName()
                .flatMap(DnsName::domain)
                .map(name -> "name " + PublicSuffixes.organisation(name))
                .orElseGet(() -> "net " + net(one.client()));
    }

    private static String net(InetAddress client) {
        byte[] octets = client.getAddress();
        int bits = client instanceof Inet4Address ? 24 : 64;
        return HexFormat.of().formatHex(octets, 0, bits / 8);
    }

    // --- words
    // -----------------------------------------------------------------------------------------------------------------

    /** What was found and is not as it should be, for a log: {@code iprev=fail helo-rdns=fail}; empty when all is well. */
    static String notable(Verdict verdict) {
        return verdict.findings().stream()
                .map(Judged::finding)
                .filter(finding -> finding.result() != Result.PASS && finding.result() != Result.NONE)
                .map(Finding::toString)
                .collect(Collectors.joining(" "));
    }
}
