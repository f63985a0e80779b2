package org.postern.route;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postern.finding.Evidence;
import org.postern.smtp.Host;
import org.postern.smtp.Reply;

/** What came of looking for the hosts that take a domain's mail: RFC 5321 §5.1, RFC 7505. */
public sealed interface MxAnswer {
    /** Right of the {@code @}. */
    Host domain();

    /** How it came about. */
    Trail trail();

    /** All of it in one line, for whoever asks why. */
    default String words() {
        String outcome =
                switch (this) {
                    case Hosts found -> "mail for " + domain() + " goes to " + joined(found.hosts());
                    case None none -> none.reply().text();
                };
        return trail().leftOut().isEmpty() ? outcome : outcome + "; left out: " + joined(trail().leftOut());
    }

    private static String joined(List<?> parts) {
        return parts.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    /**
     * Which hosts were left out, and what was asked.
     *
     * @param leftOut in the order in which it was found out
     * @param evidence every question and its answer
     */
    record Trail(List<LeftOut> leftOut, List<Evidence> evidence) {
        public Trail {
            leftOut = List.copyOf(leftOut);
            evidence = List.copyOf(evidence);
        }
    }

    /**
     * There are some.
     *
     * @param hosts in the order in which they are to be tried, one at least
     */
    record Hosts(Host domain, List<MxHost> hosts, Trail trail) implements MxAnswer {
        public Hosts {
            hosts = List.copyOf(hosts);
            if (hosts.isEmpty()) {
                throw new IllegalArgumentException("no hosts for " + domain);
            }
        }
    }

    /** There is none. Whether a later attempt may help is said by the class of {@link #reply()}. */
    sealed interface None extends MxAnswer {
        /** What a sender is told, as if the next hop had said it. */
        Reply reply();
    }

    /** The domain says that it takes no mail: RFC 7505. */
    record NullMx(Host domain, Trail trail) implements None {
        @Override
        public Reply reply() {
            // RFC 7505 §4.2, §7; the reply code is of RFC 7504.
            return Reply.of(556, "5.1.10", domain + " takes no mail (null MX)");
        }
    }

    /** DNS does not know the domain, or its name can't stand there. */
    record NoSuchDomain(Host domain, Trail trail) implements None {
        @Override
        public Reply reply() {
            // RFC 3463 §3.2: the destination system does not exist.
            return Reply.of(550, "5.1.2", "there is no domain " + domain + " in DNS");
        }
    }

    /** The domain exists, and has neither exchanger nor address. */
    record NoAddress(Host domain, Trail trail) implements None {
        @Override
        public Reply reply() {
            // RFC 3463 §3.5 has this very case for X.4.4: a look-up that gives only an SOA.
            return Reply.of(550, "5.4.4", domain + " has neither MX nor address in DNS");
        }
    }

    /** No host is better than we are: mail would come back to us. RFC 5321 §5.1, §6.3. */
    record Loop(Host domain, Trail trail) implements None {
        @Override
        public Reply reply() {
            return Reply.of(
                    554, "5.4.6", "mail for " + domain + " loops back to myself: no other host stands before this one");
        }
    }

    /**
     * Hosts are named, and none can be used. That is for good: RFC 5321 §5.1 wants it reported, and what a domain publishes by mistake is
     * mended by its owner, who learns of it from the sender, and from a sender who is told at once rather than after days.
     */
    record NoUsableHost(Host domain, Trail trail) implements None {
        @Override
        public Reply reply() {
            // RFC 3463 §3.5.
            return Reply.of(550, "5.4.4", "no host for " + domain + " can be used: " + joined(trail.leftOut()));
        }
    }

    /**
     * DNS could not say now.
     *
     * @param problem what could not be had
     */
    record Trouble(Host domain, String problem, Trail trail) implements None {
        @Override
        public Reply reply() {
            // RFC 3463 §3.5: a network resource as a directory server was not to be had.
            return Reply.of(451, "4.4.3", "the hosts for " + domain + " can't be looked up now: " + problem);
        }
    }

    /** Every question and answer, and every host left out, a line for each. */
    default List<String> story() {
        return Stream.concat(
                        trail().evidence().stream().map(evidence -> evidence.question() + ": " + evidence.answer()),
                        trail().leftOut().stream().map(left -> "left out: " + left))
                .toList();
    }
}
