package org.postern.postfix;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.config.ConfigText;
import org.postern.config.Mistake;
import org.postern.message.Printable;

/**
 * The configuration as it is put together: tables in their order, remarks before what they are about. What our own reader would not take is
 * turned into a remark at the end, so that what comes out can always be used.
 */
final class Draft {
    private static final int WIDTH = 118;
    private static final int QUOTED = 200;
    private static final int MAX_ROUNDS = 100;

    /** What stands before the first table. */
    private final Part root = new Part("", false);

    private final List<Part> parts = new ArrayList<>(List.of(root));
    private final Map<String, Part> tables = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private int count;

    /** A table, or what stands before the first. */
    static final class Part {
        private final String head;
        private final boolean isWhole;
        private final List<Entry> entries = new ArrayList<>();
        private @Nullable String fault;

        private Part(String head, boolean isWhole) {
            this.head = head;
            this.isWhole = isWhole;
        }

        /** A text as value. */
        void text(String key, String value) {
            entries.add(new Entry(key, ConfigText.quoted(value)));
        }

        void list(String key, Collection<String> values) {
            entries.add(new Entry(key, ConfigText.list(values)));
        }

        /** A value as TOML writes it: a number, true, an inline table. */
        void plain(String key, String toml) {
            entries.add(new Entry(key, toml));
        }

        private void note(String remark) {
            entries.add(new Entry("", remark));
        }
    }

    /** A key and its value; without a key a remark. */
    private static final class Entry {
        private final String key;
        private final String value;
        private @Nullable String fault;

        private Entry(String key, String value) {
            this.key = key;
            this.value = value;
        }
    }

    Part root() {
        return root;
    }

    /** The table of that name, made when it is first asked for. Its lines stand for themselves. */
    Part table(String name) {
        return tables.computeIfAbsent(name, _ -> add(new Part("[" + name + "]", false)));
    }

    /** A domain's table: without one of its lines it would say something else. */
    Part whole(String name) {
        return tables.computeIfAbsent(name, _ -> add(new Part("[" + name + "]", true)));
    }

    /** One more of {@code [[name]]}. */
    Part another(String name) {
        return add(new Part("[[" + name + "]]", true));
    }

    private Part add(Part part) {
        parts.add(part);
        return part;
    }

    /** Says what became of a setting of Postfix's that has no counterpart, where nothing else is near. */
    void remark(String where, String setting, String text) {
        count++;
        remarks.add(remarkOf(where, setting, text));
    }

    /** The same, in a table. */
    void remark(Part part, String where, String setting, String text) {
        count++;
        part.note(remarkOf(where, setting, text));
    }

    private static String remarkOf(String where, String setting, String text) {
        return where + ": " + Printable.text(setting, QUOTED) + "\n" + text;
    }

    /** Remarks so far. */
    int remarks() {
        return count;
    }

    // --- writing
    // ----------------------------------------------------------------------------------------------------------------

    /**
     * The whole, which our reader takes.
     *
     * @param header lines for the person who reads it
     * @param directory what relative paths are relative to
     */
    String finished(List<String> header, Path directory) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            var sheet = new Sheet();
            write(sheet, header);
            switch (Config.parse(sheet.text.toString(), Path.of("postern.toml"), directory)) {
                case Config.Result.Valid _ -> {
                    return sheet.text.toString();
                }
                case Config.Result.Invalid(List<Mistake> mistakes) -> {
                    if (mistakes.stream().filter(sheet::leaveOut).count() == 0) {
                        throw new IllegalStateException("what was written can't be read: " + mistakes);
                    }
                    count += mistakes.size();
                }
            }
        }
        throw new IllegalStateException("what was written can't be read after " + MAX_ROUNDS + " rounds");
    }

    private void write(Sheet sheet, List<String> header) {
        header.forEach(line -> sheet.comment(line));
        for (Part part : parts) {
            write(sheet, part);
        }
        if (!remarks.isEmpty()) {
            sheet.line("", null, null);
            sheet.comment("Without a counterpart, or to be looked at:");
            remarks.forEach(sheet::comment);
        }
    }

    private static void write(Sheet sheet, Part part) {
        if (part.entries.isEmpty()) {
            return;
        }
        sheet.line("", null, null);
        String fault = part.fault;
        if (fault != null) {
            sheet.comment("left out, for it can't be used so: " + fault);
        }
        // A remark stands above the table, when all of its lines are remarks.
        boolean isRemarked =
                fault != null || part.entries.stream().allMatch(entry -> entry.key.isEmpty() || entry.fault != null);
        if (!part.head.isEmpty()) {
            sheet.line(isRemarked ? "# " + part.head : part.head, part, null);
        }
        for (Entry entry : part.entries) {
            String problem = entry.fault;
            if (entry.key.isEmpty()) {
                sheet.comment(entry.value);
            } else if (fault != null) {
                sheet.line("# " + entry.key + " = " + entry.value, null, null);
            } else if (problem != null) {
                sheet.comment("left out, for it can't be used so: " + problem);
                sheet.line("# " + entry.key + " = " + entry.value, null, null);
            } else {
                sheet.line(entry.key + " = " + entry.value, part, entry);
            }
        }
    }

    /** The text, and what each of its lines comes from. */
    private static final class Sheet {
        private final StringBuilder text = new StringBuilder();
        private final List<@Nullable Part> parts = new ArrayList<>();
        private final List<@Nullable Entry> entries = new ArrayList<>();

        void line(String line, @Nullable Part part, @Nullable Entry entry) {
            text.append(line).append('\n');
            parts.add(part);
            entries.add(entry);
        }

        void comment(String remark) {
            String[] lines = remark.split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                String indent = i == 0 ? "# " : "#   ";
                var line = new StringBuilder(indent);
                // What is quoted stays on its line, to be searched for.
                boolean isQuoted = i == 0 && lines.length > 1;
                for (String word : Printable.text(lines[i]).split(" ", -1)) {
                    if (!isQuoted && line.length() > indent.length() && line.length() + 1 + word.length() > WIDTH) {
                        line(line.toString(), null, null);
                        line = new StringBuilder("#   ");
                    }
                    line.append(line.toString().isBlank() || line.length() == indent.length() ? "" : " ")
                            .append(word);
                }
                line(line.toString(), null, null);
            }
        }

        /** Makes a remark of what a mistake is about; whether there is something. */
        boolean leaveOut(Mistake mistake) {
            int index = mistake.line() - 1;
            Part part = index >= 0 && index < parts.size() ? parts.get(index) : null;
            Entry entry = part == null ? null : entries.get(index);
            if (part == null) {
                return false;
            }
            if (part.isWhole || entry == null) {
                part.fault = part.fault == null ? mistake.text() : part.fault + "; " + mistake.text();
            } else {
                entry.fault = entry.fault == null ? mistake.text() : entry.fault + "; " + mistake.text();
            }
            return true;
        }
    }
}
