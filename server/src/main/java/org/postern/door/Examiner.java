package org.postern.door;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.postern.config.Config;
import org.postern.config.Judging;
import org.postern.dns.Budget;
import org.postern.dns.CachingResolver;
import org.postern.dns.Resolver;
import org.postern.dnsbl.ListZone;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.Ourselves;
import org.postern.message.Header;
import org.postern.message.OpenMessage;
import org.postern.policy.Case;
import org.postern.policy.ListFiles;
import org.postern.policy.ListRule;
import org.postern.policy.Policy;
import org.postern.policy.PolicyException;
import org.postern.policy.Verdict;
import org.postern.policy.WelcomeList;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.ReversePath;

/** Finds out who is at the door, for sessions and for {@code postern judge} alike. Safe for many threads. */
public final class Examiner implements AutoCloseable {
    private static final Duration LOOK_FOR_LISTS = Duration.ofSeconds(10);

    private final Resolver resolver;
    private final int questions;
    private final Ourselves ourselves;
    private final Policy policy;
    private final Supplier<List<PolicyException>> trusted;
    private final ListFiles lists;
    private final ListWatch watch;
    private final Clock clock;

    /**
     * One that asks {@code resolver}.
     *
     * @param trusted exceptions beside the configuration's, asked for at each message
     * @throws IOException when a list of the operator's can't be read
     */
    public Examiner(Config config, Resolver resolver, Supplier<List<PolicyException>> trusted, Clock clock)
            throws IOException {
        Judging judging = config.judging();
        this.resolver = resolver;
        this.questions = config.intake().dnsQuestions();
        this.ourselves = Ourselves.here(config.hostname());
        this.policy = judging.policy();
        this.trusted = trusted;
        this.lists = new ListFiles(judging.lists(), judging.allowFiles(), judging.denyFiles(), LOOK_FOR_LISTS);
        this.clock = clock;
        var zones = new ArrayList<>(blockLists());
        zones.addAll(welcomeLists());
        this.watch = new ListWatch(resolver, zones);
    }

    /** One that asks as the configuration says. */
    public static Examiner of(Config config, Clock clock) throws IOException {
        return new Examiner(config, new CachingResolver(config.dns().settings()), List::of, clock);
    }

    /** An inquiry about {@code client}, who has just come. */
    public Inquiry about(InetAddress client) {
        return new Inquiry(this, new Budget(resolver, questions), client);
    }

    /** An inquiry about a message whose header has come. Its questions are counted by themselves: a session may bring many. */
    ContentInquiry aboutContent(Header header) {
        return new ContentInquiry(header, new Budget(resolver, questions), clock.instant());
    }

    /** What a session of that client would come to, were it to send such mail: the very way that a session goes, all at once. */
    public Verdict judge(InetAddress client, Greeting.Name name, ReversePath from, ForwardPath to) {
        return judge(client, name, from, to, _ -> List.of());
    }

    /**
     * The same, with the message.
     *
     * @throws IOException when it can't be read
     */
    public Verdict judge(InetAddress client, Greeting.Name name, ReversePath from, ForwardPath to, OpenMessage message)
            throws IOException {
        ContentInquiry content = aboutContent(message.header());
        message.through(content::through).rest().transferTo(OutputStream.nullOutputStream());
        return judge(client, name, from, to, content::findings);
    }

    private Verdict judge(
            InetAddress client,
            Greeting.Name name,
            ReversePath from,
            ForwardPath to,
            Function<Case, List<Finding>> content) {
        Inquiry inquiry = about(client);
        inquiry.greeted(name);
        Policy policy = policy();
        Verdict protocol = policy.verdictOfProtocol(inquiry.atGreeting());
        if (!protocol.isTaken()) {
            return protocol;
        }
        inquiry.from(from);
        Case brought = inquiry.all(List.of());
        return policy.verdict(withOwnList(brought.with(content.apply(brought)).to(to)));
    }

    /** The case with what the operator's own lists say to it. */
    Case withOwnList(Case one) {
        Finding own = lists.current().check(one);
        return own.result() == Result.NONE ? one : one.with(own);
    }

    /** As it is now, whom the operator trusts among its exceptions. */
    Policy policy() {
        return policy.with(trusted.get());
    }

    Ourselves ourselves() {
        return ourselves;
    }

    /** Who looks after the lists in DNS. */
    public ListWatch watch() {
        return watch;
    }

    Clock clock() {
        return clock;
    }

    /** Looks after the lists before anything is judged: for who judges once, and not for as long as a server runs. */
    public void lookAfterLists() {
        watch.look();
    }

    List<ListZone> blockLists() {
        return policy.blockLists().stream().map(ListRule::zone).toList();
    }

    List<ListZone> welcomeLists() {
        return policy.welcomeLists().stream().map(WelcomeList::zone).toList();
    }

    @Override
    public void close() {
        watch.close();
    }
}
