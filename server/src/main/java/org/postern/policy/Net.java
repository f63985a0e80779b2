package org.postern.policy;

import java.net.InetAddress;
import java.util.Optional;
import org.postern.smtp.AddressLiteral;

/**
 * A range of addresses, {@code 192.0.2.0/24} or {@code 2001:db8::/32} (RFC 4632 §3.1, RFC 4291 §2.3); a single one without the slash.
 *
 * @param address the first one
 * @param bits how many leading bits count
 */
public record Net(InetAddress address, int bits) {
    public Net {
        if (bits < 0 || bits > address.getAddress().length * 8 || !isFirst(address.getAddress(), bits)) {
            throw new IllegalArgumentException(address + "/" + bits + " is no net");
        }
    }

    /** The net, or empty when {@code text} is none: bits behind the prefix must be zero. */
    public static Optional<Net> parse(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> address = address(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) {
            return Optional.empty();
        }
        int most = address.get().getAddress().length * 8;
        String bits = slash < 0 ? Integer.toString(most) : text.substring(slash + 1);
        if (!bits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(bits) > most) {
            return Optional.empty();
        }
        int count = Integer.parseInt(bits);
        return isFirst(address.get().getAddress(), count)
                ? Optional.of(new Net(address.get(), count))
                : Optional.empty();
    }

    /** An address alone; empty when {@code text} is none. */
    public static Optional<InetAddress> address(String text) {
        return AddressLiteral.parseAddress(text);
    }

    /** Whether {@code other} lies in it. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] its = other.getAddress();
        if (mine.length != its.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            if (((mine[i / 8] ^ its[i / 8]) & (0x80 >> i % 8)) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFirst(byte[] octets, int bits) {
        for (int i = bits; i < octets.length * 8; i++) {
            if ((octets[i / 8] & (0x80 >> i % 8)) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return AddressLiteral.text(address) + "/" + bits;
    }
}
