package org.postern.route;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/**
 * Reads a file in the format of {@code /etc/aliases}, as aliases(5) of Postfix and Sendmail have it: {@code name: target, target}, a line
 * that begins with white space goes on with the one before, {@code #} begins a remark. Names and targets without a domain are of the
 * host's own. Commands, files and {@code :include:} as targets are not for us: mail must not start programs.
 */
final class AliasFile {
    private final Path file;
    private final Domain own;
    private final Map<Mailbox, List<Mailbox>> aliases = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();

    private AliasFile(Path file, Domain own) {
        this.file = file;
        this.own = own;
    }

    /**
     * What {@code file} says.
     *
     * @param own the domain of names that have none
     * @throws IOException when it can't be read or has faults; the message names all of them with their lines
     */
    static Map<Mailbox, List<Mailbox>> read(Path file, Domain own) throws IOException {
        var reader = new AliasFile(file, own);
        try {
            reader.read(Files.readAllLines(file));
        } catch (CharacterCodingException notText) {
            throw new IOException(file + ": the file is not UTF-8 text", notText);
        }
        if (!reader.faults.isEmpty()) {
            throw new IOException(String.join("; ", reader.faults));
        }
        return reader.aliases;
    }

    private void read(List<String> lines) {
        var logical = new StringBuilder();
        int begun = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!Character.isWhitespace(line.charAt(0))) {
                entry(begun, logical.toString());
                logical.setLength(0);
                begun = i + 1;
            }
            logical.append(line);
        }
        entry(begun, logical.toString());
    }

    private void entry(int line, String text) {
        if (text.isEmpty()) {
            return;
        }
        int colon = outsideQuotes(text, ':', 0);
        if (colon < 0) {
            fault(line, "an alias is written \"name: target, target\"");
            return;
        }
        Optional<Mailbox> name = mailbox(text.substring(0, colon).strip());
        if (name.isEmpty()) {
            fault(line, "\"" + text.substring(0, colon).strip() + "\" is no name of a mailbox");
            return;
        }
        List<String> named = split(text.substring(colon + 1));
        var targets = new ArrayList<Mailbox>();
        named.forEach(target -> target(line, target).ifPresent(targets::add));
        if (named.isEmpty()) {
            fault(line, "says no target");
        } else if (aliases.putIfAbsent(name.get(), targets) != null) {
            fault(line, name.get() + " stands there twice");
        }
    }

    private Optional<Mailbox> target(int line, String text) {
        String bare = text.startsWith("\"") && !text.contains("@")
                ? text.replace("\"", "").strip()
                : text;
        if (bare.startsWith("|") || bare.startsWith("/") || bare.startsWith(":include:")) {
            fault(
                    line,
                    text + " is a "
                            + (bare.startsWith("|") ? "command" : bare.startsWith("/") ? "file" : "list in a file")
                            + ", and aliases lead to mailboxes only here: take the line out, or name a mailbox");
            return Optional.empty();
        }
        Optional<Mailbox> mailbox = mailbox(text);
        if (mailbox.isEmpty()) {
            fault(line, "\"" + text + "\" is no mailbox");
        }
        return mailbox;
    }

    private Optional<Mailbox> mailbox(String text) {
        // Sendmail's way to say: not to be expanded again. It changes nothing here, for who is named in its own alias
        // is final.
        String name = text.startsWith("\\") ? text.substring(1) : text;
        return name.isEmpty() ? Optional.empty() : Mailbox.parse(name.contains("@") ? name : name + "@" + own);
    }

    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int from = 0;
        for (int comma = outsideQuotes(text, ',', 0); comma >= 0; comma = outsideQuotes(text, ',', from)) {
            parts.add(text.substring(from, comma).strip());
            from = comma + 1;
        }
        parts.add(text.substring(from).strip());
        return parts.stream().filter(part -> !part.isEmpty()).toList();
    }

    private static int outsideQuotes(String text, char wanted, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char one = text.charAt(i);
            if (quoted && one == '\\') {
                i++;
            } else if (one == '"') {
                quoted = !quoted;
            } else if (!quoted && one == wanted) {
                return i;
            }
        }
        return -1;
    }

    private void fault(int line, String text) {
        faults.add(file + ":" + line + ": " + text);
    }
}
