package org.postern.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.postern.smtp.Domain;

/** What this machine calls itself, found without asking DNS, which may be slow or lie. */
final class HostName {
    private HostName() {}

    /** The fully qualified name where there is one, else the bare name, else localhost. */
    static Domain find() {
        return find(Path.of("/proc/sys/kernel/hostname"), Path.of("/etc/hosts"));
    }

    static Domain find(Path kernel, Path hosts) {
        String bare = lines(kernel).stream().findFirst().map(String::strip).orElse("");
        if (bare.contains(".") && Domain.parse(bare).isPresent()) {
            return new Domain(bare);
        }
        for (String line : lines(hosts)) {
            List<String> words = List.of(line.replaceFirst("#.*", "").strip().split("\\s+"));
            if (words.contains(bare)) {
                for (String word : words.subList(1, words.size())) {
                    if (word.startsWith(bare + ".") && Domain.parse(word).isPresent()) {
                        return new Domain(word);
                    }
                }
            }
        }
        return Domain.parse(bare).filter(Domain::isAscii).orElseGet(() -> new Domain("localhost"));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException notHere) {
            return List.of();
        }
    }
}
