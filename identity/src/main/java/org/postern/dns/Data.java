package org.postern.dns;

import java.net.InetAddress;
import org.postern.smtp.AddressLiteral;

/** What one record holds. */
public sealed interface Data {
    /** Of A and AAAA. */
    record Address(InetAddress address) implements Data {
        @Override
        public String toString() {
            return AddressLiteral.text(address);
        }
    }

    /** Of PTR. */
    record Pointer(DnsName name) implements Data {
        @Override
        public String toString() {
            return name.text();
        }
    }

    /** Of MX; RFC 7505: the root as {@code host} says that the domain takes no mail. */
    record Exchange(int preference, DnsName host) implements Data {
        /** Whether it is the null MX. */
        public boolean isNull() {
            return host.text().equals(".");
        }

        @Override
        public String toString() {
            return preference + " " + host;
        }
    }

    /**
     * Of TXT.
     *
     * @param octets its strings joined with nothing between (RFC 7208 §3.3), a character for each octet
     */
    record Text(String octets) implements Data {
        /** Visible ASCII, all else escaped as in zone files. */
        @Override
        public String toString() {
            var text = new StringBuilder(octets.length() + 2).append('"');
            for (int i = 0; i < octets.length(); i++) {
                char c = octets.charAt(i);
                if (c == '"' || c == '\\') {
                    text.append('\\').append(c);
                } else if (c >= ' ' && c <= '~') {
                    text.append(c);
                } else {
                    text.append("\\%03d".formatted((int) c));
                }
            }
            return text.append('"').toString();
        }
    }
}
