package org.postern.spf;

import java.net.InetAddress;
import java.util.StringJoiner;

/**
 * The addresses that start with the same bits.
 *
 * @param high the first 64 bits of an IPv6 address; 0 with IPv4
 * @param low the last 64 bits of it, or the 32 of an IPv4 address
 * @param bits how long an address is: 32 or 128
 * @param prefix how many bits at its start count
 */
public record Network(long high, long low, int bits, int prefix) {
    static final int IP4_BITS = 32;
    static final int IP6_BITS = 128;

    public Network {
        if ((bits != IP4_BITS && bits != IP6_BITS) || prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("no network: /" + prefix + " of " + bits);
        }
        if (bits == IP4_BITS && (high != 0 || low >>> IP4_BITS != 0)) {
            throw new IllegalArgumentException("more than 32 bits");
        }
    }

    /** The one that {@code address} is in; its octets, so that an IPv6 address which Java takes for IPv4 stays what it is. */
    static Network of(byte[] address, int prefix) {
        long high = 0;
        long low = 0;
        for (byte octet : address) {
            high = (high << 8) | (low >>> 56);
            low = (low << 8) | (octet & 0xff);
        }
        return new Network(address.length * 8 == IP4_BITS ? 0 : high, low, address.length * 8, prefix);
    }

    static Network of(InetAddress address, int prefix) {
        return of(address.getAddress(), prefix);
    }

    /** Whether {@code address} is of the same family and in it. */
    boolean contains(InetAddress address) {
        Network other = of(address, address.getAddress().length * 8);
        return other.bits == bits
                && (bits == IP4_BITS
                        ? same(low << IP4_BITS, other.low << IP4_BITS, prefix)
                        : same(high, other.high, Math.min(prefix, Long.SIZE))
                                && same(low, other.low, Math.max(0, prefix - Long.SIZE)));
    }

    private static boolean same(long a, long b, int first) {
        // A shift by 64 would be one by 0.
        return first == 0 || (a ^ b) >>> (Long.SIZE - first) == 0;
    }

    @Override
    public String toString() {
        return (bits == IP4_BITS ? ip4() : ip6()) + (prefix == bits ? "" : "/" + prefix);
    }

    private String ip4() {
        return (low >>> 24) + "." + (low >>> 16 & 0xff) + "." + (low >>> 8 & 0xff) + "." + (low & 0xff);
    }

    private String ip6() {
        var text = new StringJoiner(":");
        for (int shift = 48; shift >= 0; shift -= 16) {
            text.add(Long.toHexString(high >>> shift & 0xffff));
        }
        for (int shift = 48; shift >= 0; shift -= 16) {
            text.add(Long.toHexString(low >>> shift & 0xffff));
        }
        return text.toString();
    }
}
