package org.postern.spf;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a domain publishes: RFC 7208 §4.6.1.
 *
 * @param directives in their order; the first that matches decides
 * @param redirect whose record counts when none does: §6.1
 * @param explanation where the text for a fail is: §6.2
 * @param others modifiers without a meaning
 */
public record SpfRecord(
        List<Directive> directives,
        Optional<MacroString> redirect,
        Optional<MacroString> explanation,
        List<Modifier> others)
        implements Parsed {
    static final String VERSION = "v=spf1";

    public SpfRecord {
        directives = List.copyOf(directives);
        others = List.copyOf(others);
    }

    /** Reads all of {@code text}, a character for each octet: an error anywhere makes the whole malformed (§4.6). */
    public static Parsed parse(String text) {
        return RecordParser.parse(text);
    }

    /** §4.5: begins with exactly the version, and then a space or nothing. */
    static boolean isRecord(String text) {
        return text.regionMatches(true, 0, VERSION, 0, VERSION.length())
                && (text.length() == VERSION.length() || text.charAt(VERSION.length()) == ' ');
    }

    /** As it could be published. */
    @Override
    public String toString() {
        var text = new StringBuilder(VERSION);
        directives.forEach(directive -> text.append(' ').append(directive));
        redirect.ifPresent(target -> text.append(" redirect=").append(target));
        explanation.ifPresent(target -> text.append(" exp=").append(target));
        others.forEach(modifier -> text.append(' ').append(modifier));
        return text.toString();
    }

    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
