package org.postern.greeting;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Greeting;

/**
 * What DNS has for the name of a greeting, for {@code helo-resolves} and {@code helo-matches}. RFC 5321 §4.1.4: a server may look, and
 * must not refuse a message because name and address don't match alone.
 */
public final class HeloAddresses {
    private final String name;
    private final InetAddress client;

    /** That of the client's family comes first. */
    private final List<Answer> answers;

    private HeloAddresses(String name, InetAddress client, List<Answer> answers) {
        this.name = name;
        this.client = client;
        this.answers = answers;
    }

    /**
     * Asks for addresses of the client's family, and where there are none, for those of the other and MX side by side. Nothing is asked
     * about what is no public name.
     */
    public static HeloAddresses ask(Greeting.Name name, InetAddress client, Resolver resolver) {
        Optional<DnsName> askable = name instanceof Greeting.Named named && HeloFqdn.isAskable(named.domain())
                ? DnsName.of(named.domain())
                : Optional.empty();
        if (askable.isEmpty()) {
            return new HeloAddresses(name.text(), client, List.of());
        }
        boolean isV4 = client instanceof Inet4Address;
        var answers = new ArrayList<Answer>();
        answers.add(resolver.ask(askable.get(), isV4 ? RecordType.A : RecordType.AAAA));
        if (answers.getFirst().data().isEmpty()) {
            answers.addAll(resolver.ask(List.of(
                    new Question(askable.get(), isV4 ? RecordType.AAAA : RecordType.A),
                    new Question(askable.get(), RecordType.MX))));
        }
        return new HeloAddresses(name.text(), client, answers);
    }

    /** {@code helo-resolves}: does it have A or AAAA, or MX? */
    public Finding resolves() {
        if (answers.isEmpty()) {
            return Finding.of(Check.HELO_RESOLVES, Result.NONE, name + " is no name that DNS could know");
        }
        Optional<Answer> found =
                answers.stream().filter(answer -> !answer.data().isEmpty()).findFirst();
        if (found.isPresent()) {
            return Finding.of(
                    Check.HELO_RESOLVES,
                    Result.PASS,
                    name + " resolves to " + found.get().said(),
                    answers);
        }
        Optional<Answer> failed = answers.stream().filter(Answer::isFailed).findFirst();
        return failed.isPresent()
                ? Finding.of(
                        Check.HELO_RESOLVES,
                        Result.TEMPERROR,
                        name + " can't be looked up now: " + failed.get().said(),
                        answers)
                : Finding.of(
                        Check.HELO_RESOLVES,
                        Result.FAIL,
                        name + " has neither address nor MX in DNS; greet with a name that has",
                        answers);
    }

    /** {@code helo-matches}: is the client's address among its addresses? */
    public Finding matches() {
        if (answers.isEmpty()) {
            return Finding.of(Check.HELO_MATCHES, Result.NONE, name + " is no name that DNS could know");
        }
        String address = AddressLiteral.text(client);
        Answer mine = answers.getFirst();
        if (mine.addresses().contains(client)) {
            return Finding.of(Check.HELO_MATCHES, Result.PASS, name + " resolves to " + address, mine);
        }
        return mine.isFailed()
                ? Finding.of(
                        Check.HELO_MATCHES, Result.TEMPERROR, name + " can't be looked up now: " + mine.said(), mine)
                : Finding.of(
                        Check.HELO_MATCHES,
                        Result.FAIL,
                        address + " is not among the addresses of " + name + ": " + mine.said(),
                        mine);
    }
}
