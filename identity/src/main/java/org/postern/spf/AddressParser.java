package org.postern.spf;

/** Reads networks: RFC 7208 §5.6, whose IPv6 addresses are those of RFC 4291 §2.2. */
final class AddressParser {
    private static final int GROUPS = 8;

    private AddressParser() {}

    static Network ip4(String text) throws SyntaxProblem {
        return network(text, Network.IP4_BITS);
    }

    static Network ip6(String text) throws SyntaxProblem {
        return network(text, Network.IP6_BITS);
    }

    private static Network network(String text, int bits) throws SyntaxProblem {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        int prefix = slash < 0 ? bits : prefix(text.substring(slash + 1), bits);
        return Network.of(bits == Network.IP4_BITS ? octets(address) : groups(address), prefix);
    }

    /** {@code ip4-cidr-length}, {@code ip6-cidr-length}, after the slash. */
    static int prefix(String digits, int bits) throws SyntaxProblem {
        int prefix = number(digits, 3);
        if (prefix < 0 || prefix > bits) {
            throw new SyntaxProblem("a prefix has from 0 to " + bits + " bits");
        }
        return prefix;
    }

    /** Without zeros in front; -1 for what is no number. */
    private static int number(String digits, int longest) {
        return digits.isEmpty()
                        || digits.length() > longest
                        || !digits.chars().allMatch(Scanner::isDigit)
                        || (digits.length() > 1 && digits.charAt(0) == '0')
                ? -1
                : Integer.parseInt(digits);
    }

    private static byte[] octets(String address) throws SyntaxProblem {
        String[] parts = address.split("\\.", -1);
        var octets = new byte[4];
        if (parts.length != octets.length) {
            throw new SyntaxProblem("not an IPv4 address");
        }
        for (int i = 0; i < octets.length; i++) {
            int octet = number(parts[i], 3);
            if (octet < 0 || octet > 0xff) {
                throw new SyntaxProblem("not an IPv4 address");
            }
            octets[i] = (byte) octet;
        }
        return octets;
    }

    private static byte[] groups(String address) throws SyntaxProblem {
        int gap = address.indexOf("::");
        if (gap < 0) {
            return filled(hex(address, true), new byte[0], false);
        }
        String before = address.substring(0, gap);
        String after = address.substring(gap + 2);
        return filled(
                before.isEmpty() ? new byte[0] : hex(before, false),
                after.isEmpty() ? new byte[0] : hex(after, true),
                true);
    }

    private static byte[] filled(byte[] before, byte[] after, boolean gap) throws SyntaxProblem {
        int octets = before.length + after.length;
        // A gap stands for one group or more.
        if (gap ? octets > 2 * (GROUPS - 1) : octets != 2 * GROUPS) {
            throw new SyntaxProblem("not an IPv6 address");
        }
        var all = new byte[2 * GROUPS];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(after, 0, all, all.length - after.length, after.length);
        return all;
    }

    /** Groups with colons between; at the end of an address the last may be an IPv4 address. */
    private static byte[] hex(String text, boolean atEnd) throws SyntaxProblem {
        // One more than there may be is enough to see that there are too many.
        String[] groups = text.split(":", GROUPS + 1);
        byte[] tail =
                atEnd && groups[groups.length - 1].indexOf('.') >= 0 ? octets(groups[groups.length - 1]) : new byte[0];
        int count = groups.length - (tail.length == 0 ? 0 : 1);
        var octets = new byte[2 * count + tail.length];
        for (int i = 0; i < count; i++) {
            int value = group(groups[i]);
            octets[2 * i] = (byte) (value >> 8);
            octets[2 * i + 1] = (byte) value;
        }
        System.arraycopy(tail, 0, octets, 2 * count, tail.length);
        return octets;
    }

    private static int group(String digits) throws SyntaxProblem {
        if (digits.isEmpty() || digits.length() > 4 || !digits.chars().allMatch(AddressParser::isHex)) {
            throw new SyntaxProblem("not an IPv6 address");
        }
        return Integer.parseInt(digits, 16);
    }

    private static boolean isHex(int c) {
        return Scanner.isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
