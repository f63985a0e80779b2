package org.postern.door;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.dns.Budget;
import org.postern.dns.DnsName;
import org.postern.dnsbl.ListZone;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.FromDomain;
import org.postern.greeting.HeloAddresses;
import org.postern.greeting.HeloChanged;
import org.postern.greeting.HeloDynamic;
import org.postern.greeting.HeloFqdn;
import org.postern.greeting.HeloLiteral;
import org.postern.greeting.HeloRdns;
import org.postern.greeting.HeloSelf;
import org.postern.greeting.HeloSyntax;
import org.postern.iprev.Iprev;
import org.postern.policy.Case;
import org.postern.smtp.Greeting;
import org.postern.smtp.ReversePath;

/**
 * Who is at the door, of one client: each check starts as soon as its input is known, beside the dialogue, and is waited for where its
 * answer is needed. For one thread.
 */
public final class Inquiry {
    private static final Executor BESIDE =
            task -> Thread.ofVirtual().name("check").start(task);

    private final Examiner examiner;
    private final Budget dns;
    private final InetAddress client;

    private final CompletableFuture<Iprev.Outcome> iprev;
    private final List<CompletableFuture<Finding>> lists = new ArrayList<>();

    private Greeting.@Nullable Name first;
    private Greeting.@Nullable Name name;
    private @Nullable CompletableFuture<HeloAddresses> addresses;
    private @Nullable CompletableFuture<Finding> spfHelo;

    /** All about the client and its greeting, once it is known: a session may bring many messages. */
    private @Nullable List<Finding> ofGreeting;

    private ReversePath from = new ReversePath.Null();
    private final List<CompletableFuture<Finding>> ofSender = new ArrayList<>();

    Inquiry(Examiner examiner, Budget dns, InetAddress client) {
        this.examiner = examiner;
        this.dns = dns;
        this.client = client;
        this.iprev = beside(() -> Iprev.check(client, dns));
        examiner.blockLists().forEach(zone -> lists.add(list(zone, Check.DNSBL)));
        examiner.welcomeLists().forEach(zone -> lists.add(list(zone, Check.DNSWL)));
    }

    private CompletableFuture<Finding> list(ListZone zone, Check check) {
        Optional<String> fault = examiner.watch().fault(zone);
        return fault.isPresent()
                ? CompletableFuture.completedFuture(
                        Finding.of(check, Result.TEMPERROR, zone.zone() + " is not asked: " + fault.get())
                                .about(zone.zone().text()))
                : beside(() -> check == Check.DNSBL ? zone.checkBlocked(client, dns) : zone.checkWelcome(client, dns));
    }

    private static <T> CompletableFuture<T> beside(Supplier<T> check) {
        return CompletableFuture.supplyAsync(check, BESIDE);
    }

    /** It greets so; what it said before does not count any more, but that it said it. */
    public void greeted(Greeting.Name as) {
        if (first == null) {
            first = as;
        }
        name = as;
        ofGreeting = null;
        addresses = beside(() -> HeloAddresses.ask(as, client, dns));
        spfHelo = beside(() -> SpfChecks.helo(client, as, examiner.ourselves().name(), examiner.clock(), dns));
        from = new ReversePath.Null();
        ofSender.clear();
    }

    /** It sends from there. After a greeting. */
    public void from(ReversePath path) {
        if (path.equals(from) && isSenderKnown()) {
            return;
        }
        from = path;
        ofSender.clear();
        Greeting.Name as = greeting();
        ofSender.add(beside(() -> FromDomain.check(path, dns)));
        ofSender.add(beside(
                () -> SpfChecks.mailFrom(client, as, path, examiner.ourselves().name(), examiner.clock(), dns)));
    }

    /** Whether the sender of the last message was looked at to the end: what could not be found out then is asked again. */
    private boolean isSenderKnown() {
        return !ofSender.isEmpty()
                && ofSender.stream()
                        .allMatch(check -> check.isDone() && check.join().result() != Result.TEMPERROR);
    }

    private Greeting.Name greeting() {
        if (name == null) {
            throw new IllegalStateException("nobody has greeted yet");
        }
        return name;
    }

    /** What the greeting alone tells, without DNS. */
    public Case atGreeting() {
        Greeting.Name as = greeting();
        return of(List.of(HeloSyntax.check(as), HeloSyntax.checkBareIp(as)));
    }

    /** All that was found, waited for, and {@code others} with it. */
    public Case all(List<Finding> others) {
        List<Finding> known = ofGreeting;
        if (known == null) {
            known = ofGreeting();
            ofGreeting = known;
        }
        var findings = new ArrayList<>(others);
        findings.addAll(known);
        ofSender.forEach(check -> findings.add(check.join()));
        findings.sort(Comparator.comparing(Finding::check));
        return of(findings);
    }

    private List<Finding> ofGreeting() {
        Greeting.Name as = greeting();
        var findings = new ArrayList<Finding>();
        findings.add(HeloSyntax.check(as));
        findings.add(HeloSyntax.checkBareIp(as));
        findings.add(HeloFqdn.check(as));
        findings.add(HeloSelf.check(as, client, examiner.ourselves()));
        findings.add(HeloLiteral.check(as, client));
        if (addresses != null) {
            findings.add(addresses.join().resolves());
            findings.add(addresses.join().matches());
        }
        findings.add(iprev.join().finding());
        findings.add(HeloRdns.check(as, iprev.join().confirmed()));
        findings.add(HeloDynamic.check(as, client, iprev.join().names()));
        if (spfHelo != null) {
            findings.add(spfHelo.join());
        }
        lists.forEach(list -> findings.add(list.join()));
        return findings;
    }

    /** {@code helo-changed}: of sessions only, for it takes more than one greeting. */
    public Finding changed() {
        return HeloChanged.check(Optional.ofNullable(first), greeting());
    }

    private Case of(List<Finding> findings) {
        return new Case(client, greeting(), from, Optional.empty(), findings);
    }

    /** The name that reverse DNS confirms; waited for. */
    public Optional<DnsName> confirmedName() {
        return iprev.join().confirmed().stream().findFirst();
    }

    /** The same if it is known by now; waits for nothing. */
    Optional<DnsName> nameSoFar() {
        return iprev.isDone() ? confirmedName() : Optional.empty();
    }

    /** How many questions it has cost so far. */
    public int questions() {
        return dns.asked();
    }
}
