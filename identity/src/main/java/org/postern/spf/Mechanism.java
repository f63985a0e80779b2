package org.postern.spf;

import java.util.Optional;

/** What may match a client: RFC 7208 §5. Where no domain stands, the record's own is meant. */
public sealed interface Mechanism {
    /** Matches always: §5.1. */
    record All() implements Mechanism {
        @Override
        public String toString() {
            return "all";
        }
    }

    /** Matches when another domain's record passes: §5.2. */
    record Include(MacroString target) implements Mechanism {
        @Override
        public String toString() {
            return "include:" + target;
        }
    }

    /** Matches the addresses of a name: §5.3. */
    record A(Optional<MacroString> target, DualCidr cidr) implements Mechanism {
        @Override
        public String toString() {
            return "a" + written(target) + cidr;
        }
    }

    /** Matches the addresses of the hosts that take a domain's mail: §5.4. */
    record Mx(Optional<MacroString> target, DualCidr cidr) implements Mechanism {
        @Override
        public String toString() {
            return "mx" + written(target) + cidr;
        }
    }

    /** Matches clients whose name lies in a domain: §5.5. */
    record Ptr(Optional<MacroString> target) implements Mechanism {
        @Override
        public String toString() {
            return "ptr" + written(target);
        }
    }

    /** Matches addresses: §5.6. */
    record Ip4(Network network) implements Mechanism {
        public Ip4 {
            require(network, Network.IP4_BITS);
        }

        @Override
        public String toString() {
            return "ip4:" + network;
        }
    }

    /** Matches addresses: §5.6. */
    record Ip6(Network network) implements Mechanism {
        public Ip6 {
            require(network, Network.IP6_BITS);
        }

        @Override
        public String toString() {
            return "ip6:" + network;
        }
    }

    /** Matches when a name has an IPv4 address, whichever: §5.7. */
    record Exists(MacroString target) implements Mechanism {
        @Override
        public String toString() {
            return "exists:" + target;
        }
    }

    /** How many bits at the start of an address count: §5.6. */
    record DualCidr(int ip4, int ip6) {
        /** All of them: what is meant where nothing stands. */
        public static final DualCidr WHOLE = new DualCidr(Network.IP4_BITS, Network.IP6_BITS);

        public DualCidr {
            if (ip4 < 0 || ip4 > Network.IP4_BITS || ip6 < 0 || ip6 > Network.IP6_BITS) {
                throw new IllegalArgumentException("no prefix: /" + ip4 + "//" + ip6);
            }
        }

        @Override
        public String toString() {
            return (ip4 == Network.IP4_BITS ? "" : "/" + ip4) + (ip6 == Network.IP6_BITS ? "" : "//" + ip6);
        }
    }

    /** Whether it needs DNS and so counts toward the limit: §4.6.4. */
    default boolean asksDns() {
        return switch (this) {
            case All _, Ip4 _, Ip6 _ -> false;
            case Include _, A _, Mx _, Ptr _, Exists _ -> true;
        };
    }

    /** The domain it names, if it names one. */
    default Optional<MacroString> named() {
        return switch (this) {
            case All _, Ip4 _, Ip6 _ -> Optional.empty();
            case Include include -> Optional.of(include.target);
            case Exists exists -> Optional.of(exists.target);
            case A a -> a.target;
            case Mx mx -> mx.target;
            case Ptr ptr -> ptr.target;
        };
    }

    private static String written(Optional<MacroString> target) {
        return target.map(name -> ":" + name).orElse("");
    }

    private static void require(Network network, int bits) {
        if (network.bits() != bits) {
            throw new IllegalArgumentException(network + " has not " + bits + " bits");
        }
    }
}
