package org.postern.app;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A manual page in the language of man(7), written from its top to its end. */
final class Roff {
    /** {@code `code`}, {@code *emphasis*}, {@code **weight**}, {@code [text](where)}. */
    private static final Pattern MARKED =
            Pattern.compile("`([^`]+)`|\\*\\*([^*]+)\\*\\*|\\*([^*\\s][^*]*)\\*|\\[([^\\]]+)]\\([^)]*\\)");

    private final StringBuilder page = new StringBuilder();

    Roff(String name, int section, String version, String purpose) {
        page.append(".TH ")
                .append(escaped(name.toUpperCase(java.util.Locale.ROOT)))
                .append(' ')
                .append(section)
                .append(" \"\" \"")
                .append(escaped(version))
                .append("\"\n");
        section("NAME").line(escaped(name) + " \\- " + escaped(purpose));
    }

    Roff section(String title) {
        return line(".SH \"" + quotable(title) + "\"");
    }

    Roff subsection(String title) {
        return line(".SS \"" + quotable(title) + "\"");
    }

    /** Text with the marks of Markdown. */
    Roff paragraph(String text) {
        return line(".PP").line(inline(text));
    }

    /** A word and what it means, both with marks. */
    Roff tagged(String word, String meaning) {
        return line(".TP").line(inline(word)).line(inline(meaning));
    }

    /** Lines as they are. */
    Roff verbatim(List<String> lines) {
        line(".PP").line(".RS 4").line(".nf");
        lines.forEach(text -> line(escaped(text)));
        return line(".fi").line(".RE");
    }

    private Roff line(String text) {
        page.append(text).append('\n');
        return this;
    }

    /** Bold for what is typed as it stands, italic for emphasis; of a link its text. */
    static String inline(String text) {
        var roff = new StringBuilder();
        Matcher mark = MARKED.matcher(text);
        int from = 0;
        while (mark.find()) {
            roff.append(escaped(text.substring(from, mark.start())));
            if (mark.group(1) != null) {
                // In a table a bar is written \|.
                roff.append("\\fB")
                        .append(escaped(mark.group(1).replace("\\|", "|")))
                        .append("\\fR");
            } else if (mark.group(2) != null) {
                roff.append("\\fB").append(inline(mark.group(2))).append("\\fR");
            } else if (mark.group(3) != null) {
                roff.append("\\fI").append(escaped(mark.group(3))).append("\\fR");
            } else {
                roff.append(inline(mark.group(4)));
            }
            from = mark.end();
        }
        roff.append(escaped(text.substring(from)));
        // At the beginning of a line these are requests.
        return roff.indexOf(".") == 0 || roff.indexOf("'") == 0 ? "\\&" + roff : roff.toString();
    }

    /** In a request's argument. */
    private static String quotable(String text) {
        return inline(text).replace("\"", "\\(dq");
    }

    private static String escaped(String text) {
        String plain = text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("\"", "\\(dq")
                .replace("^", "\\(ha")
                .replace("~", "\\(ti")
                .replace("`", "\\(ga");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
