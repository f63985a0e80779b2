package org.postern.spf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.postern.dns.DnsName;
import org.postern.smtp.AddressLiteral;
import org.postern.spf.MacroString.Escape;
import org.postern.spf.MacroString.Literal;
import org.postern.spf.MacroString.Macro;
import org.postern.spf.MacroString.Part;

/** Fills macros in: RFC 7208 §7.3. */
final class Expansion {
    /** §7.3: what is longer loses labels on its left. */
    static final int MAX_NAME_OCTETS = 253;

    /** An explanation goes into one line of a reply. */
    static final int MAX_EXPLANATION_OCTETS = 200;

    private final SpfQuery query;
    private final ClientNames names;

    Expansion(SpfQuery query, ClientNames names) {
        this.query = query;
        this.names = names;
    }

    /** Whether {@code text} says something that cannot be in a DNS name, and so matches nothing: RFC 8616 §4. */
    boolean isBeyondDns(MacroString text) {
        return text.uses("sl") && query.localPart().chars().anyMatch(c -> c >= 0x80);
    }

    /** The name that {@code spec} means in the record of {@code domain}; without a last dot; may be no well-formed one. */
    String name(MacroString spec, String domain) {
        var name = new StringBuilder();
        for (Part part : spec.parts()) {
            name.append(filled(part, domain));
            // Only its end will count: no record makes it longer than it needs to be, whatever it repeats.
            if (name.length() > 8 * MAX_NAME_OCTETS) {
                name.delete(0, name.length() - 2 * MAX_NAME_OCTETS);
            }
        }
        if (name.length() > 0 && name.charAt(name.length() - 1) == '.') {
            name.setLength(name.length() - 1);
        }
        if (name.length() <= MAX_NAME_OCTETS) {
            return name.toString();
        }
        int dot = name.indexOf(".", name.length() - MAX_NAME_OCTETS - 1);
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    /** §6.2, for a reply: one line of visible ASCII, cut where it is too long. */
    String explanation(MacroString text, String domain) {
        var line = new StringBuilder();
        for (Part part : text.parts()) {
            line.append(filled(part, domain));
            if (line.length() > MAX_EXPLANATION_OCTETS) {
                break;
            }
        }
        return Words.visible(line, MAX_EXPLANATION_OCTETS);
    }

    private String filled(Part part, String domain) {
        return switch (part) {
            case Literal literal -> literal.text();
            case Escape escape -> escape.meant();
            case Macro macro -> {
                String text = transformed(value(macro.letter(), domain), macro);
                yield macro.urlEscaped() ? urlEscaped(text) : text;
            }
        };
    }

    /** §7.2. */
    private String value(char letter, String domain) {
        return switch (letter) {
            case 's' -> query.localPart() + "@" + query.domain();
            case 'l' -> query.localPart();
            case 'o' -> query.domain();
            case 'd' -> domain;
            case 'i' -> query.isIp4() ? AddressLiteral.text(query.client()) : nibbles();
            case 'p' -> names.nameFor(DnsName.ofLabels(domain));
            case 'v' -> query.isIp4() ? "in-addr" : "ip6";
            case 'h' -> query.helo();
            case 'c' -> AddressLiteral.text(query.client());
            case 'r' -> query.receiver().isEmpty() ? "unknown" : query.receiver();
            case 't' -> String.valueOf(query.now().getEpochSecond());
            default -> throw new IllegalStateException("no such macro: " + letter);
        };
    }

    private String nibbles() {
        return String.join(
                ".", HexFormat.of().formatHex(query.client().getAddress()).split(""));
    }

    private static String transformed(String value, Macro macro) {
        if (macro.rightmost() == 0 && !macro.reversed() && macro.delimiters().isEmpty()) {
            return value;
        }
        String delimiters = macro.delimiters().isEmpty() ? "." : macro.delimiters();
        List<String> parts = split(value, delimiters);
        if (macro.reversed()) {
            Collections.reverse(parts);
        }
        int kept = macro.rightmost() == 0 ? parts.size() : Math.min(macro.rightmost(), parts.size());
        return String.join(".", parts.subList(parts.size() - kept, parts.size()));
    }

    private static List<String> split(String value, String delimiters) {
        var parts = new ArrayList<String>();
        int from = 0;
        for (int i = 0; i < value.length(); i++) {
            if (delimiters.indexOf(value.charAt(i)) >= 0) {
                parts.add(value.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(value.substring(from));
        return parts;
    }

    /** All but the unreserved characters of RFC 3986 §2.3. */
    private static String urlEscaped(String text) {
        var escaped = new StringBuilder();
        for (byte octet : text.getBytes(UTF_8)) {
            if (Scanner.isAlphanumeric(octet) || "-._~".indexOf(octet) >= 0) {
                escaped.append((char) octet);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
            }
        }
        return escaped.toString();
    }
}
