package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import org.postern.smtp.AddressLiteral;

/**
 * On whose behalf a front end connects: the header of the PROXY protocol, versions 1 and 2, by HAProxy's {@code proxy-protocol.txt} (its
 * sections stand below). Immutable.
 */
sealed interface ProxyHeader {
    /** §2.1: the longest header of version 1, with CR LF. */
    int MAX_TEXT_OCTETS = 107;

    /** The longest of version 2 that is taken. §2.2 has room for 65,551; real ones, a client's certificate told, need some hundred. */
    int MAX_BINARY_OCTETS = 4_096;

    /** A client of TCP, and its port there. */
    record Named(InetSocketAddress client) implements ProxyHeader {}

    /** Nobody is named (UNKNOWN, LOCAL, UNSPEC, a Unix socket): the connection is the front end's own, a health check most likely. */
    record Unnamed() implements ProxyHeader {}

    /** What came of reading octets. */
    sealed interface Read {
        /** A header, and how many octets it takes. */
        record Whole(ProxyHeader header, int octets) implements Read {}

        /** The start of a header, perhaps: more must come. */
        record Part() implements Read {}

        /** No header, whatever comes. */
        record Wrong(String why) implements Read {}
    }

    /** The header at {@code from} in {@code octets}, of which those before {@code end} have come so far. Never throws. */
    static Read read(byte[] octets, int from, int end) {
        if (begins(Binary.SIGNATURE, octets, from, end)) {
            return Binary.read(octets, from, end - from);
        }
        return begins(Text.SIGNATURE, octets, from, end)
                ? Text.read(octets, from, end - from)
                : new Read.Wrong("its first octets are no PROXY header");
    }

    private static boolean begins(byte[] signature, byte[] octets, int from, int end) {
        int common = Math.min(signature.length, end - from);
        return Arrays.equals(signature, 0, common, octets, from, from + common);
    }

    /** Version 1, §2.1. */
    final class Text {
        private static final byte[] SIGNATURE = "PROXY ".getBytes(US_ASCII);

        private Text() {}

        private static Read read(byte[] octets, int from, int length) {
            int most = Math.min(length, MAX_TEXT_OCTETS);
            for (int i = 0; i < most; i++) {
                if (octets[from + i] == '\n') {
                    return i > 0 && octets[from + i - 1] == '\r'
                            ? read(new String(octets, from, i - 1, ISO_8859_1), i + 1)
                            : new Read.Wrong("its PROXY line ends with LF alone");
                }
            }
            return length < MAX_TEXT_OCTETS
                    ? new Read.Part()
                    : new Read.Wrong("its PROXY line has more than " + MAX_TEXT_OCTETS + " octets");
        }

        private static Read read(String line, int octets) {
            String[] words = line.split(" ", -1);
            if (words[1].equals("UNKNOWN")) {
                // What stands behind it is to be ignored.
                return new Read.Whole(new Unnamed(), octets);
            }
            if (words.length != 6 || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
                return new Read.Wrong("its PROXY line has not six words with TCP4 or TCP6");
            }
            boolean v6 = words[1].equals("TCP6");
            Optional<InetAddress> client = address(words[2], v6);
            if (client.isEmpty() || address(words[3], v6).isEmpty() || !isPort(words[4]) || !isPort(words[5])) {
                return new Read.Wrong("an address or a port in its PROXY line can't be one");
            }
            return new Read.Whole(new Named(new InetSocketAddress(client.get(), Integer.parseInt(words[4]))), octets);
        }

        private static Optional<InetAddress> address(String text, boolean v6) {
            return v6
                    ? AddressLiteral.parseIpv6(text).map(address -> ProxyHeader.address(address.getAddress()))
                    // A leading zero would be octal to others.
                    : AddressLiteral.parseIpv4(text)
                            .map(InetAddress.class::cast)
                            .filter(address -> AddressLiteral.text(address).equals(text));
        }

        private static boolean isPort(String text) {
            return text.matches("0|[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 65_535;
        }
    }

    /** Version 2, §2.2. */
    final class Binary {
        private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
        private static final int FIXED_OCTETS = 16;

        private Binary() {}

        private static Read read(byte[] octets, int from, int length) {
            if (length < FIXED_OCTETS) {
                return new Read.Part();
            }
            int command = octets[from + 12] & 0xff;
            if (command != 0x20 && command != 0x21) {
                return new Read.Wrong("its PROXY header is not of version 2, or neither LOCAL nor PROXY");
            }
            int rest = number(octets, from + 14);
            if (FIXED_OCTETS + rest > MAX_BINARY_OCTETS) {
                return new Read.Wrong("its PROXY header has more than " + MAX_BINARY_OCTETS + " octets");
            }
            if (length < FIXED_OCTETS + rest) {
                return new Read.Part();
            }
            if (command == 0x20) {
                // LOCAL: the rest is to be skipped, whatever it is.
                return new Read.Whole(new Unnamed(), FIXED_OCTETS + rest);
            }
            byte[] block = Arrays.copyOfRange(octets, from + FIXED_OCTETS, from + FIXED_OCTETS + rest);
            return read(octets[from + 13] & 0xff, block);
        }

        private static Read read(int family, byte[] block) {
            int octets = FIXED_OCTETS + block.length;
            return switch (family) {
                case 0x00 -> new Read.Whole(new Unnamed(), octets);
                // TCP over IPv4, over IPv6; a Unix socket has no address to tell.
                case 0x11 -> named(block, 4, 12);
                case 0x21 -> named(block, 16, 36);
                case 0x31 -> block.length < 216 ? tooShort() : new Read.Whole(new Unnamed(), octets);
                default -> new Read.Wrong("its PROXY header is about no connection of TCP");
            };
        }

        private static Read named(byte[] block, int addressOctets, int least) {
            if (block.length < least) {
                return tooShort();
            }
            if (!holdsTlvs(block, least)) {
                return new Read.Wrong("the lengths in its PROXY header don't add up");
            }
            InetAddress client = ProxyHeader.address(Arrays.copyOf(block, addressOctets));
            int port = number(block, 2 * addressOctets);
            return new Read.Whole(new Named(new InetSocketAddress(client, port)), FIXED_OCTETS + block.length);
        }

        private static Read tooShort() {
            return new Read.Wrong("its PROXY header is too short for its addresses");
        }

        /** Whether there are whole TLVs and nothing else, §2.2.1: what they say isn't asked. */
        private static boolean holdsTlvs(byte[] block, int from) {
            int at = from;
            while (at + 3 <= block.length) {
                at += 3 + number(block, at + 1);
            }
            return at == block.length;
        }

        private static int number(byte[] octets, int at) {
            return (octets[at] & 0xff) << 8 | (octets[at + 1] & 0xff);
        }
    }

    /** The JDK makes IPv4 of an IPv4-mapped address: what is limited and looked up by address must not have two. */
    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
