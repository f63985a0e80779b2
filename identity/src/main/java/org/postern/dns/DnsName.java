package org.postern.dns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/**
 * An absolute name, in the notation of zone files (RFC 1035 §5.1): an octet that is no visible ASCII, or has a meaning there, is written
 * as {@code \DDD} or with a backslash. So it is always visible ASCII, whatever a zone holds. Compared without regard to case (RFC 4343).
 *
 * @param text without the last dot; {@code .} for the root
 */
public record DnsName(String text) {
    /** RFC 1035 §2.3.4, in octets as on the wire, the root's included. */
    public static final int MAX_OCTETS = 255;

    /** @throws IllegalArgumentException when {@code text} is no name */
    public DnsName {
        try {
            text = withoutLastDot(Name.fromString(text, Name.root));
        } catch (TextParseException problem) {
            throw new IllegalArgumentException(problem.getMessage(), problem);
        }
    }

    private DnsName(Name name) {
        this(name.toString());
    }

    static DnsName of(Name name) {
        return new DnsName(name);
    }

    /** The name of a domain; its A-labels. Empty when it has no such form. */
    public static Optional<DnsName> of(Domain domain) {
        return ofLabels(domain.canonical());
    }

    /**
     * A name of any octets: each character of {@code labels} is one, and a dot ends a label (one at the end is passed over). Empty when a
     * label is empty or longer than 63 octets, when all are longer than a name may be, or when a character is no octet.
     */
    public static Optional<DnsName> ofLabels(String labels) {
        String bare = labels.endsWith(".") ? labels.substring(0, labels.length() - 1) : labels;
        if (bare.isEmpty() || bare.length() > MAX_OCTETS) {
            return Optional.empty();
        }
        var escaped = new StringBuilder();
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            if (c > 0xff) {
                return Optional.empty();
            }
            if (c == '.' || c == '-' || c == '_' || (c < 0x80 && Character.isLetterOrDigit(c))) {
                escaped.append(c);
            } else {
                escaped.append('\\').append("%03d".formatted((int) c));
            }
        }
        try {
            return Optional.of(new DnsName(escaped.toString()));
        } catch (IllegalArgumentException tooLong) {
            return Optional.empty();
        }
    }

    /** Where the name of {@code address} stands: RFC 1035 §3.5, RFC 3596 §2.5. */
    public static DnsName reverse(InetAddress address) {
        return new DnsName(reversed(address) + (address instanceof Inet4Address ? ".in-addr.arpa" : ".ip6.arpa"));
    }

    /** The octets of an IPv4 address, or the nibbles of an IPv6 address, in reverse order with dots between. */
    public static String reversed(InetAddress address) {
        var text = new StringBuilder();
        byte[] octets = address.getAddress();
        for (int i = octets.length - 1; i >= 0; i--) {
            if (address instanceof Inet4Address) {
                text.append(octets[i] & 0xff).append('.');
            } else {
                text.append(HexFormat.of().toHexDigits(octets[i]).charAt(1)).append('.');
                text.append(HexFormat.of().toHexDigits(octets[i]).charAt(0)).append('.');
            }
        }
        return text.substring(0, text.length() - 1);
    }

    /** Whether it is {@code other} or stands below it. */
    public boolean isWithin(DnsName other) {
        return name().subdomain(other.name());
    }

    /** It as a domain that mail could have; empty when it holds other octets than those. */
    public Optional<Domain> domain() {
        return Domain.parse(text).filter(Domain::isAscii);
    }

    Name name() {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Its octets, a character for each, a dot between labels, nothing escaped: what {@link #ofLabels} makes a name of. */
    public String octets() {
        Name name = name();
        var octets = new StringBuilder();
        for (int i = 0; i < name.labels() - 1; i++) {
            byte[] label = name.getLabel(i);
            octets.append(i == 0 ? "" : ".").append(new String(label, 1, label[0], ISO_8859_1));
        }
        return octets.toString();
    }

    private static String withoutLastDot(Name name) {
        return name.equals(Name.root) ? "." : name.toString(true);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DnsName that && text.equalsIgnoreCase(that.text);
    }

    @Override
    public int hashCode() {
        return text.toLowerCase(Locale.ROOT).hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
