package org.postern.spf;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;

/** The names of the client that lead back to it, RFC 7208 §5.5; asked for once, when a term first wants them. */
final class ClientNames {
    private final InetAddress client;
    private final RecordType family;
    private final Lookups lookups;
    private Optional<List<DnsName>> validated = Optional.empty();
    private boolean isVoid;

    ClientNames(InetAddress client, RecordType family, Lookups lookups) {
        this.client = client;
        this.family = family;
        this.lookups = lookups;
    }

    boolean areKnown() {
        return validated.isPresent();
    }

    /** In the order of the answer. */
    List<DnsName> validated() {
        if (isVoid) {
            lookups.sawVoid();
        }
        List<DnsName> names = validated.orElseGet(this::validate);
        validated = Optional.of(names);
        return names;
    }

    private List<DnsName> validate() {
        Question pointer = Question.pointer(client);
        Answer answer = lookups.ask(pointer.name(), pointer.type());
        isVoid = answer.isVoid();
        // §4.6.4: what comes after the first 10 is not looked at. §5.5: a failure here only means that there are no
        // names.
        List<DnsName> pointers =
                answer.pointers().stream().limit(Lookups.MAX_NAMES).toList();
        List<Answer> back = lookups.ask(pointers, family);
        var names = new ArrayList<DnsName>();
        for (int i = 0; i < pointers.size(); i++) {
            if (back.get(i).addresses().contains(client)) {
                names.add(pointers.get(i));
            }
        }
        return List.copyOf(names);
    }

    /** For the macro {@code p}, §7.3: the domain itself, else a name below it, else any, else {@code unknown}. */
    String nameFor(Optional<DnsName> domain) {
        List<DnsName> names = validated();
        return names.stream()
                .filter(name -> name.equals(domain.orElse(null)))
                .findFirst()
                .or(() -> names.stream()
                        .filter(name -> domain.filter(name::isWithin).isPresent())
                        .findFirst())
                .or(() -> names.stream().findFirst())
                .map(DnsName::octets)
                .orElse("unknown");
    }
}
