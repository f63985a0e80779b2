package org.postern.journal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.postern.policy.Net;

/**
 * One word of a field, all that begin so, or all from one to another.
 *
 * <p>Words are meant in full here, however long; the index has their beginnings.
 *
 * @param low the first
 * @param high the last, or what the last ones begin with
 * @param isExact whether it is that one word only
 */
public record Words(String low, String high, boolean isExact) {
    /** What is written so, in whatever case; {@code mail.*} for all that begin so. */
    public static Words of(String text) {
        return text.endsWith("*")
                ? new Words(beginning(text), beginning(text), false)
                : new Words(Terms.word(Terms.bare(text)), Terms.word(Terms.bare(text)), true);
    }

    private static String beginning(String text) {
        return Terms.word(text.substring(0, text.length() - 1));
    }

    /** The clients of that net. */
    public static Words of(Net net) {
        byte[] last = net.address().getAddress();
        for (int bit = net.bits(); bit < last.length * 8; bit++) {
            last[bit / 8] |= (byte) (0x80 >> bit % 8);
        }
        return new Words(Terms.client(net.address()), client(last), net.bits() == last.length * 8);
    }

    private static String client(byte[] octets) {
        try {
            return Terms.client(InetAddress.getByAddress(octets));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The words that the index has for these: some more may begin so. */
    Words cut() {
        return new Words(Terms.cut(low), Terms.cut(high), isExact);
    }

    boolean contains(String word) {
        return isExact
                ? word.equals(low)
                : word.compareTo(low) >= 0 && (word.startsWith(high) || word.compareTo(high) <= 0);
    }
}
