package org.postern.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.postern.signing.KeyFile;
import org.postern.smtp.Domain;

/** Reads {@code [[dkim]]}. */
final class SigningReader {
    /** RFC 6376 §3.1: labels with dots between; underscores are in use. */
    private static final Pattern SELECTOR = Pattern.compile("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63}){0,9}");

    private final Section root;
    private final Function<String, Optional<Path>> path;

    SigningReader(Section root, Function<String, Optional<Path>> path) {
        this.root = root;
        this.path = path;
    }

    private static Optional<String> selector(String text) {
        return Optional.of(text).filter(name -> SELECTOR.matcher(name).matches());
    }

    List<KeyFile> read() {
        var keys = new ArrayList<KeyFile>();
        for (Section section : root.sections("dkim")) {
            Optional<Domain> domain = section.text("domain", "a domain as \"example.com\"", Domain::parse);
            Optional<String> selector = section.text("selector", "a name as \"k1\"", SigningReader::selector);
            Optional<Path> file = section.text("key", "a path", path);
            if (!section.has("domain") || !section.has("selector") || !section.has("key")) {
                section.mistake(
                        "dkim needs domain, selector and key; postern dkim new makes keys that need no line here");
            }
            section.refuseOthers();
            if (domain.isPresent() && selector.isPresent() && file.isPresent()) {
                var key = new KeyFile(domain.get(), selector.get(), file.get());
                // Their records would have one name.
                if (keys.stream()
                        .anyMatch(other -> other.domain().equals(key.domain())
                                && other.selector().equalsIgnoreCase(key.selector()))) {
                    section.mistake("selector", "is that of another key of " + key.domain() + ": " + key.selector());
                    continue;
                }
                try {
                    key.read();
                    keys.add(key);
                } catch (IOException problem) {
                    section.mistake("key", "can't be used: " + file.get() + ": " + problem.getMessage());
                }
            }
        }
        return keys;
    }
}
