package org.postern.begin;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.postern.begin.Standing.Kind;
import org.postern.begin.Standing.State;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.ZoneLine;

/** Looks at the records of the host itself: its name leads to its addresses, and each address back to its name. */
final class HostRecords {
    private final DnsName name;
    private final List<OwnAddress> own;
    private final Set<InetAddress> machine;
    private final Resolver resolver;

    /**
     * @param own by which the world knows it
     * @param machine all that its interfaces have
     */
    HostRecords(DnsName name, List<OwnAddress> own, Set<InetAddress> machine, Resolver resolver) {
        this.name = name;
        this.own = own;
        this.machine = machine;
        this.resolver = resolver;
    }

    /** What is asked first, side by side. */
    List<Question> questions() {
        return Stream.concat(
                        Stream.of(new Question(name, RecordType.A), new Question(name, RecordType.AAAA)),
                        own.stream().map(address -> Question.pointer(address.address())))
                .toList();
    }

    List<Standing> look() {
        var standings = new ArrayList<Standing>();
        addresses(RecordType.A, Kind.A).ifPresent(standings::add);
        addresses(RecordType.AAAA, Kind.AAAA).ifPresent(standings::add);
        own.forEach(address -> standings.add(pointer(address)));
        return standings;
    }

    private Optional<Standing> addresses(RecordType type, Kind kind) {
        List<OwnAddress> wanted =
                own.stream().filter(address -> address.type() == type).toList();
        Answer answer = resolver.ask(name, type);
        if (wanted.isEmpty() && (answer.data().isEmpty() || own.isEmpty())) {
            // A host needs an address of one family only.
            return own.isEmpty() && type == RecordType.A
                    ? Optional.of(new Standing(
                            kind,
                            name.text(),
                            answer.isFailed() ? State.UNKNOWN : State.MISSING,
                            answer.said(),
                            List.of(),
                            "this machine has no address of its own that the world could know: say which others see,"
                                    + " with --address"))
                    : Optional.empty();
        }
        List<InetAddress> there = answer.addresses();
        List<String> publish = wanted.stream()
                .filter(address -> !there.contains(address.address()))
                .map(address -> ZoneLine.of(name, type, address.toString()))
                .toList();
        return Optional.of(new Standing(kind, name.text(), state(answer, wanted, publish), answer.said(), publish, ""))
                .map(standing -> standing.noting(note(answer, standing.state(), wanted)));
    }

    private State state(Answer answer, List<OwnAddress> wanted, List<String> publish) {
        if (answer.isFailed()) {
            return State.UNKNOWN;
        }
        if (answer.data().isEmpty()) {
            return State.MISSING;
        }
        boolean strangers = answer.addresses().stream().anyMatch(address -> !isOurs(address, wanted));
        return publish.isEmpty() && !strangers && answer.aliases().isEmpty() ? State.RIGHT : State.OTHER;
    }

    private boolean isOurs(InetAddress address, List<OwnAddress> wanted) {
        return machine.contains(address)
                || wanted.stream().anyMatch(one -> one.address().equals(address));
    }

    private String note(Answer answer, State state, List<OwnAddress> wanted) {
        if (!answer.aliases().isEmpty()) {
            // RFC 2181 §10.3.
            return name
                    + " is an alias (CNAME), and an MX record has to name a host itself: give it addresses of its own";
        }
        if (state == State.OTHER) {
            return "not all of these are addresses of this host, as far as it is known here; say others with --address,"
                    + " or take out what is not";
        }
        return wanted.stream().anyMatch(one -> one.source() == OwnAddress.Source.DNS)
                ? "taken for this host's, which has none of its own that the world could know; if it is not, say which"
                        + " with --address"
                : "";
    }

    private Standing pointer(OwnAddress address) {
        DnsName place = DnsName.reverse(address.address());
        Answer answer = resolver.ask(Question.pointer(address.address()));
        if (answer.pointers().contains(name)) {
            return Standing.right(Kind.PTR, place.text(), answer.said());
        }
        State state = answer.isFailed() ? State.UNKNOWN : answer.data().isEmpty() ? State.MISSING : State.OTHER;
        return new Standing(
                Kind.PTR,
                place.text(),
                state,
                answer.said(),
                List.of(ZoneLine.of(place, RecordType.PTR, name + ".")),
                "the name of " + address + " should be " + name);
    }
}
