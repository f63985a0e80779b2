package org.postern.spf;

import java.util.ArrayList;
import java.util.List;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;

/** Asks for one evaluation, keeps what was answered, and holds the limits of RFC 7208 §4.6.4, which count over all records together. */
final class Lookups {
    /** So many terms may ask DNS. */
    static final int MAX_TERMS = 10;

    /** So many names of one MX or PTR answer are looked at. */
    static final int MAX_NAMES = 10;

    /**
     * So many terms may ask for what isn't there. Terms, as the section says, not questions: a domain whose three hosts have no IPv6
     * address errs once when a client comes by IPv6, not three times.
     */
    static final int MAX_VOID_TERMS = 2;

    private final Resolver resolver;
    private final List<Answer> answers = new ArrayList<>();
    private int terms;
    private int voidTerms;
    private boolean sawVoid;

    Lookups(Resolver resolver) {
        this.resolver = resolver;
    }

    List<Answer> answers() {
        return List.copyOf(answers);
    }

    /** Whether {@code count} more terms may ask. A new one begins. */
    boolean begin(int count) {
        sawVoid = false;
        terms += count;
        return terms <= MAX_TERMS;
    }

    /** The term that began has asked all it wants. */
    void end() {
        voidTerms += sawVoid ? 1 : 0;
        sawVoid = false;
    }

    boolean tooManyVoid() {
        return voidTerms > MAX_VOID_TERMS;
    }

    Answer ask(DnsName name, RecordType type) {
        return ask(List.of(name), type).getFirst();
    }

    /** Side by side. */
    List<Answer> ask(List<DnsName> names, RecordType type) {
        if (names.isEmpty()) {
            return List.of();
        }
        List<Answer> came = resolver.ask(
                names.stream().map(name -> new Question(name, type)).toList());
        answers.addAll(came);
        sawVoid |= came.stream().anyMatch(Answer::isVoid);
        return came;
    }

    /** The term rests on an answer that an earlier one had already, and that was void. */
    void sawVoid() {
        sawVoid = true;
    }
}
