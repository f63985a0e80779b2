package org.postern.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns a page of docs/ into a part of a manual page: headings, paragraphs, lists, tables, code. */
final class MarkdownPage {
    private final List<String> lines;
    private final Roff to;
    private int at;

    private MarkdownPage(List<String> lines, Roff to) {
        this.lines = lines;
        this.to = to;
    }

    /** Appends all of it but the title. */
    static void write(List<String> lines, Roff to) {
        new MarkdownPage(lines, to).write();
    }

    /** The lines below a heading, up to the next one of its rank. */
    static List<String> under(String heading, List<String> lines) {
        int from = lines.indexOf(heading) + 1;
        if (from == 0) {
            throw new IllegalArgumentException("there is no \"" + heading + "\"");
        }
        String rank = heading.substring(0, heading.indexOf(' ') + 1);
        int to = from;
        while (to < lines.size() && !lines.get(to).startsWith(rank)) {
            to++;
        }
        return lines.subList(from, to);
    }

    private void write() {
        while (at < lines.size()) {
            String line = lines.get(at);
            if (line.isBlank() || line.startsWith("# ")) {
                at++;
            } else if (line.startsWith("## ")) {
                to.section(line.substring(3));
                at++;
            } else if (line.startsWith("### ")) {
                to.subsection(line.substring(4));
                at++;
            } else if (line.strip().startsWith("```")) {
                fence();
            } else if (line.startsWith("    ")) {
                to.verbatim(taken("    ").stream().map(one -> one.substring(4)).toList());
            } else if (line.startsWith("|")) {
                table();
            } else if (line.startsWith("- ")) {
                to.tagged("•", joined(line.substring(2)));
            } else if (line.matches("\\d+\\. .*")) {
                int dot = line.indexOf(' ');
                to.tagged(line.substring(0, dot), joined(line.substring(dot + 1)));
            } else {
                to.paragraph(joined(line));
            }
        }
    }

    private void fence() {
        var code = new ArrayList<String>();
        at++;
        while (at < lines.size() && !lines.get(at).strip().startsWith("```")) {
            code.add(lines.get(at++));
        }
        at++;
        to.verbatim(code);
    }

    private List<String> taken(String start) {
        int from = at;
        while (at < lines.size() && lines.get(at).startsWith(start)) {
            at++;
        }
        return lines.subList(from, at);
    }

    /** A row becomes its first cell, and under it the others; what the last column says is named by its heading. */
    private void table() {
        List<List<String>> rows = taken("|").stream().map(MarkdownPage::cells).toList();
        List<String> heading = rows.getFirst();
        for (List<String> row : rows.subList(Math.min(2, rows.size()), rows.size())) {
            var meaning = new StringBuilder(row.size() > 1 ? row.get(1) : "");
            for (int i = 2; i < row.size(); i++) {
                if (!row.get(i).isEmpty()) {
                    meaning.append(". ").append(heading.get(i)).append(": ").append(row.get(i));
                }
            }
            to.tagged(row.getFirst(), meaning.toString());
        }
    }

    private static List<String> cells(String row) {
        String inner = row.strip().replaceAll("^\\||\\|$", "");
        return List.of(inner.split("(?<!\\\\)\\|", -1)).stream()
                .map(String::strip)
                .toList();
    }

    /** With the lines that go on with it. */
    private String joined(String first) {
        var text = new StringBuilder(first.strip());
        at++;
        while (goesOn().isPresent()) {
            text.append(' ').append(goesOn().get().strip());
            at++;
        }
        return text.toString();
    }

    private Optional<String> goesOn() {
        return Optional.of(at)
                .filter(next -> next < lines.size())
                .map(lines::get)
                .filter(line -> !line.isBlank() && !line.matches("(#|\\||- |\\d+\\. |\\s*```).*"));
    }
}
