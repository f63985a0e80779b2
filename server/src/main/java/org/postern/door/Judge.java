package org.postern.door;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
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
import org.postern.policy.Case;
import org.postern.policy.Course;
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

    /** How the open transaction is judged; null before its first recipient. */
    private @Nullable Course course;

    private @Nullable Verdict last;

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
        Verdict verdict = policy.verdictOfProtocol(new Case(
                session.client().getAddress(),
                new Greeting.Malformed("", Greeting.Malformed.Fault.SYNTAX, ""),
                new ReversePath.Null(),
                Optional.empty(),
                List.of(SPOKE_EARLY)));
        last = verdict.isTaken() ? last : verdict;
        return verdict.isTaken();
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
        course = null;
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
        if (course == null) {
            course = new Course(policy, this::passesGreylist);
        }
        return switch (course.recipient(door.examiner().withOwnList(found.to(to)), isUnknown)) {
            case Course.Step.Refused(Verdict verdict) -> said(verdict);
            case Course.Step.Unknown _ -> Optional.empty();
            case Course.Step.Taken(Verdict soFar) -> {
                last = soFar;
                yield Optional.empty();
            }
            case Course.Step.Apart _ ->
                Optional.of(Reply.of(
                        452,
                        "4.5.3",
                        "mail for " + to.path() + " is judged by itself; send it in another transaction"));
        };
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
        if (course == null) {
            throw new IllegalStateException("nobody is to get it");
        }
        Verdict verdict = course.content(content);
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

    /** What is known about the open transaction, before its content; empty when no recipient was named. */
    Optional<Verdict> known() {
        return Optional.ofNullable(found).map(policy::verdict);
    }

    /** The name that reverse DNS confirms, if that is known by now. */
    Optional<DnsName> nameSoFar() {
        return Optional.ofNullable(inquiry).flatMap(Inquiry::nameSoFar);
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
