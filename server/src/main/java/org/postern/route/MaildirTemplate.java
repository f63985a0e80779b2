package org.postern.route;

import java.nio.file.InvalidPathException;
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
        try {
            if (plain.indexOf('\0') >= 0
                    || !Path.of(plain).isAbsolute()
                    || !Path.of(plain).normalize().equals(Path.of(plain))) {
                return Optional.of("it should be an absolute path without . and ..");
            }
        } catch (InvalidPathException notOfThisLocale) {
            return Optional.of("this locale has not all of its letters: start Postern with LC_ALL=C.UTF-8");
        }
        return Optional.empty();
    }

    /** The Maildir of a mailbox; empty when its local part can't name a directory. Never outside the template's own root. */
    Optional<Path> resolve(Domain domain, String localPart) {
        return MailboxName.of(localPart).flatMap(name -> {
            String path = text.replace("{domain}", domain.canonical());
            try {
                return Optional.of(Path.of(path.replace("{local}", name.segment())));
            } catch (InvalidPathException notOfThisLocale) {
                // Under LC_ALL=C the JVM has no file names but ASCII ones.
                return Optional.empty();
            }
        });
    }

    @Override
    public String toString() {
        return text;
    }
}
