package org.postern.smtp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** An address in brackets, RFC 5321 §4.1.3: {@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]}, {@code [tag:content]}. */
public sealed interface AddressLiteral extends Host {

    /** {@code [192.0.2.1]}. */
    record Ipv4(Inet4Address address) implements AddressLiteral {
        @Override
        public String toString() {
            return "[" + address.getHostAddress() + "]";
        }
    }

    /** {@code [IPv6:2001:db8::1]}; written in the form of RFC 5952. */
    record Ipv6(Inet6Address address) implements AddressLiteral {
        @Override
        public String toString() {
            return "[IPv6:" + text(address) + "]";
        }
    }

    /**
     * {@code [tag:content]}, a kind of address that is not known here (the registry has none but IPv6).
     *
     * @param tag letters, digits and hyphens, ending in a letter or digit
     * @param content printable ASCII without brackets and backslash, not empty
     */
    record General(String tag, String content) implements AddressLiteral {
        public General {
            if (!isTag(tag) || !isContent(content)) {
                throw new IllegalArgumentException("not a general address literal: " + tag + ":" + content);
            }
        }

        @Override
        public String toString() {
            return "[" + tag + ":" + content + "]";
        }

        private static boolean isTag(String tag) {
            return tag.matches("[A-Za-z0-9-]*[A-Za-z0-9]") && !tag.equalsIgnoreCase("IPv6");
        }

        private static boolean isContent(String content) {
            return !content.isEmpty()
                    && Letters.all(content, c -> c > 0x20 && c < 0x7f && c != '[' && c != ']' && c != '\\');
        }
    }

    /** The literal of an address: what a host without a name greets with (RFC 5321 §4.1.4). */
    static AddressLiteral of(InetAddress address) {
        return switch (address) {
            case Inet4Address v4 -> new Ipv4(v4);
            case Inet6Address v6 -> new Ipv6(withoutScope(v6));
            default -> throw new IllegalArgumentException("neither IPv4 nor IPv6: " + address);
        };
    }

    /** The literal, or empty when {@code text}, brackets included, is none. Never asks DNS. */
    static Optional<AddressLiteral> parse(String text) {
        if (text.length() < 3 || text.length() > Domain.MAX_OCTETS || !text.startsWith("[") || !text.endsWith("]")) {
            return Optional.empty();
        }
        String inner = text.substring(1, text.length() - 1);
        if (inner.regionMatches(true, 0, "IPv6:", 0, 5)) {
            return parseIpv6(inner.substring(5)).map(Ipv6::new);
        }
        Optional<Inet4Address> v4 = parseIpv4(inner);
        if (v4.isPresent()) {
            return v4.map(Ipv4::new);
        }
        int colon = inner.indexOf(':');
        if (colon < 0 || !General.isTag(inner.substring(0, colon)) || !General.isContent(inner.substring(colon + 1))) {
            return Optional.empty();
        }
        return Optional.of(new General(inner.substring(0, colon), inner.substring(colon + 1)));
    }

    /** An address of either family without brackets; never asks DNS. */
    static Optional<InetAddress> parseAddress(String text) {
        Optional<Inet4Address> v4 = parseIpv4(text);
        return v4.isPresent()
                ? v4.map(InetAddress.class::cast)
                : parseIpv6(text).map(InetAddress.class::cast);
    }

    /** An IPv4 address in four decimal numbers and nothing else; never asks DNS. */
    static Optional<Inet4Address> parseIpv4(String text) {
        if (text.length() < 7 || text.length() > 15) {
            return Optional.empty();
        }
        var octets = new byte[4];
        int octet = 0;
        int value = -1;
        int digits = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
            if (c == '.') {
                if (value < 0 || octet == 4) {
                    return Optional.empty();
                }
                octets[octet++] = (byte) value;
                value = -1;
                digits = 0;
            } else if (c >= '0' && c <= '9') {
                value = (value < 0 ? 0 : value * 10) + (c - '0');
                if (++digits > 3 || value > 255) {
                    return Optional.empty();
                }
            } else {
                return Optional.empty();
            }
        }
        return octet == 4 ? Optional.of((Inet4Address) address(octets)) : Optional.empty();
    }

    /** An IPv6 address in any form of RFC 4291 §2.2 without a zone; never asks DNS. */
    static Optional<Inet6Address> parseIpv6(String text) {
        if (text.length() < 2 || text.length() > 45) {
            return Optional.empty();
        }
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text).filter(head -> head.length == 16).map(AddressLiteral::ipv6);
        }
        Optional<byte[]> head = groups(text.substring(0, gap));
        Optional<byte[]> tail = groups(text.substring(gap + 2));
        // "::" stands for one group at least (RFC 4291 §2.2; RFC 5321's IPv6-comp says two, which real writers don't
        // keep to).
        // Groups before it are hexadecimal: a dotted quad comes last only.
        if (head.isEmpty()
                || tail.isEmpty()
                || head.get().length + tail.get().length > 14
                || text.substring(0, gap).contains(".")) {
            return Optional.empty();
        }
        byte[] octets = Arrays.copyOf(head.get(), 16);
        System.arraycopy(tail.get(), 0, octets, 16 - tail.get().length, tail.get().length);
        return Optional.of(ipv6(octets));
    }

    /** An address and a port, as URLs have them (RFC 3986 §3.2.2): {@code 192.0.2.1:25}, {@code [2001:db8::1]:25}. */
    static String text(InetSocketAddress place) {
        String host = text(place.getAddress());
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + place.getPort();
    }

    /** The text of an address without name or zone; IPv6 in the form of RFC 5952. */
    static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] octets = address.getAddress();
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (octets[2 * i] & 0xff) << 8 | (octets[2 * i + 1] & 0xff);
        }
        // RFC 5952 §4.2: "::" for the longest run of two or more zero groups, the first of equals.
        int from = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int run = i;
            while (run < 8 && groups[run] == 0) {
                run++;
            }
            if (run - i > length) {
                from = i;
                length = run - i;
            }
            i = Math.max(i, run - 1);
        }
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == from) {
                text.append("::");
                i += length - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString().toLowerCase(Locale.ROOT);
    }

    /** Groups of 16 bits, the last two perhaps a dotted quad, as octets; empty text is no group. */
    private static Optional<byte[]> groups(String text) {
        if (text.isEmpty()) {
            return Optional.of(new byte[0]);
        }
        String[] parts = text.split(":", -1);
        var octets = new byte[18];
        int length = 0;
        for (int i = 0; i < parts.length; i++) {
            if (length > 14) {
                return Optional.empty();
            }
            if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
                Optional<Inet4Address> quad = parseIpv4(parts[i]);
                if (quad.isEmpty()) {
                    return Optional.empty();
                }
                System.arraycopy(quad.get().getAddress(), 0, octets, length, 4);
                length += 4;
            } else {
                int value = group(parts[i]);
                if (value < 0) {
                    return Optional.empty();
                }
                octets[length++] = (byte) (value >> 8);
                octets[length++] = (byte) value;
            }
        }
        return length > 16 ? Optional.empty() : Optional.of(Arrays.copyOf(octets, length));
    }

    private static int group(String hex) {
        if (hex.isEmpty() || hex.length() > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < hex.length(); i++) {
            int digit = hex.charAt(i) < 0x80 ? Character.digit(hex.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static Inet6Address withoutScope(Inet6Address address) {
        return ipv6(address.getAddress());
    }

    private static Inet6Address ipv6(byte[] octets) {
        try {
            // Not InetAddress.getByAddress: that would turn an IPv4-mapped address into an Inet4Address.
            return Inet6Address.getByAddress(null, octets, -1);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
