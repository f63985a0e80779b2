package org.postern.iprev;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.AddressLiteral;

/** {@code iprev}: does the client's address have a name that leads back to it? RFC 8601 §2.7.3. */
public final class Iprev {
    /** More names of one address are not looked at: whoever publishes many must not cost many questions. */
    private static final int MAX_NAMES = 10;

    private Iprev() {}

    /**
     * What it came to.
     *
     * @param names that the address has, confirmed or not, at most 10
     * @param confirmed those that lead back to it
     */
    public record Outcome(Finding finding, List<DnsName> names, List<DnsName> confirmed) {
        public Outcome {
            names = List.copyOf(names);
            confirmed = List.copyOf(confirmed);
        }
    }

    /** Looks {@code client} up: one question, then one for each name, side by side. */
    public static Outcome check(InetAddress client, Resolver resolver) {
        String address = AddressLiteral.text(client);
        Answer pointer = resolver.ask(Question.pointer(client));
        List<DnsName> names =
                pointer.pointers().stream().distinct().limit(MAX_NAMES).toList();
        if (pointer.isFailed()) {
            return outcome(
                    Result.TEMPERROR, "the name of " + address + " can't be had now: " + pointer.said(), pointer);
        }
        if (names.isEmpty()) {
            return outcome(
                    Result.PERMERROR,
                    address + " has no PTR record; ask the owner of that address to set one that resolves back to it",
                    pointer);
        }
        RecordType type = client instanceof Inet4Address ? RecordType.A : RecordType.AAAA;
        List<Answer> forward = resolver.ask(
                names.stream().map(name -> new Question(name, type)).toList());
        var answers = new ArrayList<Answer>();
        answers.add(pointer);
        answers.addAll(forward);
        var confirmed = new ArrayList<DnsName>();
        for (int i = 0; i < names.size(); i++) {
            if (forward.get(i).addresses().contains(client)) {
                confirmed.add(names.get(i));
            }
        }
        if (!confirmed.isEmpty()) {
            return new Outcome(
                    Finding.of(
                                    Check.IPREV,
                                    Result.PASS,
                                    address + " is " + confirmed.getFirst() + ", which resolves back to it",
                                    answers)
                            .about(confirmed.getFirst().text()),
                    names,
                    confirmed);
        }
        boolean unsure = forward.stream().anyMatch(Answer::isFailed);
        String text = unsure
                ? "the address of " + names.getFirst() + " can't be had now: " + failure(forward)
                : address + " has the name " + names.getFirst() + ", which resolves to " + found(forward.getFirst())
                        + "; make both agree";
        return new Outcome(
                Finding.of(Check.IPREV, unsure ? Result.TEMPERROR : Result.FAIL, text, answers), names, confirmed);
    }

    private static Outcome outcome(Result result, String text, Answer pointer) {
        return new Outcome(Finding.of(Check.IPREV, result, text, pointer), List.of(), List.of());
    }

    private static String failure(List<Answer> answers) {
        return answers.stream()
                .filter(Answer::isFailed)
                .findFirst()
                .map(Answer::said)
                .orElse("");
    }

    private static String found(Answer answer) {
        return answer.isVoid() ? "no address" : answer.said();
    }
}
