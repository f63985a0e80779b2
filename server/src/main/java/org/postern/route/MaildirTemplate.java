package org.postern.route;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.smtp.Domain;

/**
 * Where the Maildirs of a domain are: {@code /var/mail/{domain}/{local}}.
 *
 * @param text an absolute path whose segments may be {@code {domain}} and {@code {local}}, or hold them
 */
public record MaildirTemplate(String text) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");

    /** @throws IllegalArgumentException when {@link #problem} has something to say */
    public MaildirTemplate {
        Optional<String> problem = problem(text);
        if (problem.isPresent()) {
            throw new IllegalArgumentException(problem.get());
        }
    }

    /** What is wrong with {@code text} as a template; empty when nothing is. */
    public static Optional<String> problem(String text) {
        Matcher placeholder = PLACEHOLDER.matcher(text);
        while (placeholder.find()) {
            if (!placeholder.group(1).equals("domain") && !placeholder.group(1).equals("local")) {
                return Optional.of("{" + placeholder.group(1) + "} is not known; there are {domain} and {local}");
            }
        }
        String plain = PLACEHOLDER.matcher(text).replaceAll("x");
        if (plain.indexOf('{') >= 0 || plain.indexOf('}') >= 0) {
            return Optional.of("a brace is left open");
        }
        if (plain.indexOf('\0') >= 0
                || !Path.of(plain).isAbsolute()
                || !Path.of(plain).normalize().equals(Path.of(plain))) {
            return Optional.of("it should be an absolute path without . and ..");
        }
        return Optional.empty();
    }

    /** The Maildir of a mailbox; empty when its local part can't name a directory. Never outside the template's own root. */
    Optional<Path> resolve(Domain domain, String localPart) {
        return MailboxName.of(localPart).map(name -> {
            String path = text.replace("{domain}", domain.canonical());
            return Path.of(path.replace("{local}", name.segment()));
        });
    }

    @Override
    public String toString() {
        return text;
    }
}
