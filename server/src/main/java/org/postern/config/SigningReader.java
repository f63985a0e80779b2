package org.postern.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postern.signing.KeyFile;
import org.postern.smtp.Domain;

/** Reads {@code [[dkim]]}. */
final class SigningReader {
    private final Section root;
    private final Function<String, Optional<Path>> path;

    SigningReader(Section root, Function<String, Optional<Path>> path) {
        this.root = root;
        this.path = path;
    }

    List<KeyFile> read() {
        var keys = new ArrayList<KeyFile>();
        for (Section section : root.sections("dkim")) {
            Optional<Domain> domain = section.text("domain", "a domain as \"example.com\"", Domain::parse);
            Optional<String> selector = section.text("selector", "a name as \"k1\"", Optional::of);
            Optional<Path> file = section.text("key", "a path", path);
            if (!section.has("domain") || !section.has("selector") || !section.has("key")) {
                section.mistake(
                        "dkim needs domain, selector and key; postern dkim new makes keys that need no line here");
            }
            section.refuseOthers();
            if (domain.isPresent() && selector.isPresent() && file.isPresent()) {
                var key = new KeyFile(domain.get(), selector.get(), file.get());
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
