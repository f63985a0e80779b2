package org.postern.dmarc;

import java.util.Arrays;
import java.util.List;
import org.postern.message.Field;
import org.postern.message.Header;
import org.postern.smtp.Domain;

/**
 * Whose mail a message says it is: the domains in its From field, RFC 9989 §5.3.1.
 *
 * <p>As strict as it must be: where two programs could see different domains, or a different field, nobody shall pass (§4.4: a field that
 * is malformed, absent or repeated aligns with nothing). What RFC 5322 allows and no program agrees on is taken for malformed too: the
 * obsolete routes, white space and comments inside an address, specials in a quoted local part, comments that hold an address, groups.
 * What a display name says is no matter of DMARC's: §11.4.
 */
public sealed interface FromField {
    /** One author domain, whoever the authors are. */
    record One(Domain domain) implements FromField {
        /** @throws IllegalArgumentException when DNS has no form of it */
        public One {
            domain = asInDns(domain);
        }
    }

    /** Authors of several domains. */
    record Several(List<Domain> domains) implements FromField {
        /** @throws IllegalArgumentException when there are fewer than two different ones, or DNS has no form of one */
        public Several {
            domains = domains.stream().map(FromField::asInDns).distinct().toList();
            if (domains.size() < 2) {
                throw new IllegalArgumentException("several domains are two at least");
            }
        }
    }

    /**
     * Nobody can say.
     *
     * @param reason a sentence without its full stop, in our own words
     */
    record Unusable(String reason) implements FromField {}

    /** Reads the header's From field, and looks whether there is another. Never throws; linear in time. */
    static FromField of(Header header) {
        Field from = null;
        for (Field field : header.fields()) {
            if (field.is("From")) {
                if (from != null) {
                    return new Unusable("the message has more than one From field");
                }
                from = field;
            }
            if (hidesAnother(field)) {
                return new Unusable("a line of the header is no field of that name, but may be taken for a From field");
            }
        }
        if (from == null) {
            return new Unusable("the message has no From field");
        }
        byte[] octets = from.toBytes();
        int colon = 0;
        while (octets[colon] != ':') {
            colon++;
        }
        // RFC 5322 §4.5.8: obsolete, and for some programs no From field.
        if (octets[colon - 1] == ' ' || octets[colon - 1] == '\t') {
            return new Unusable("the From field has white space before its colon");
        }
        try {
            return of(AuthorParser.parse(Arrays.copyOfRange(octets, colon + 1, octets.length)));
        } catch (Malformed field) {
            return new Unusable("the From field " + field.why());
        }
    }

    private static FromField of(List<Domain> domains) {
        return domains.size() == 1 ? new One(domains.getFirst()) : new Several(domains);
    }

    private static Domain asInDns(Domain domain) {
        var canonical = new Domain(domain.canonical());
        if (!canonical.isAscii()) {
            throw new IllegalArgumentException("a domain that DNS has no form of");
        }
        return canonical;
    }

    /**
     * Whether a program that passes over odd octets, or ends lines at a bare CR, finds a From field in {@code field}, which is none for us.
     */
    private static boolean hidesAnother(Field field) {
        String name = "from";
        byte[] octets = field.toBytes();
        // How many letters of the name the line has so far; -1 when it begins otherwise.
        int letters = field.name().isEmpty() ? 0 : -1;
        for (int i = 0; i < octets.length; i++) {
            byte octet = octets[i];
            if (octet == '\n') {
                letters = -1;
            } else if (octet == '\r' && i + 1 < octets.length && octets[i + 1] != '\n') {
                letters = 0;
            } else if (letters >= 0 && octet > ' ' && octet != 0x7f) {
                if (letters == name.length()) {
                    if (octet == ':') {
                        return true;
                    }
                    letters = -1;
                } else {
                    letters = (octet | 0x20) == name.charAt(letters) ? letters + 1 : -1;
                }
            }
        }
        return false;
    }
}
