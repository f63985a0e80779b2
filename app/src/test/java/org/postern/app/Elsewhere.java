package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/**
 * A command of a page that a script runs, for it needs more than a host of its own: a package, systemd.
 *
 * @param page where it is shown
 * @param command as it stands there
 * @param script that runs it
 * @param words what a line of that script has of it, in this order
 */
record Elsewhere(String page, String command, String script, List<String> words) {
    static final List<Elsewhere> ALL = List.of(
            new Elsewhere(
                    "README.md", "mvn verify           # all checks and tests", ".ci/run", List.of("mvn ", " verify")),
            of("apt install ./postern_0.1.0_amd64.deb", "apt-get install", ".deb"),
            of("systemctl daemon-reload", "systemctl daemon-reload"),
            of("systemctl restart postern", "systemctl restart postern"),
            of("tar xf postern-0.1.0.tar.gz", "tar ", "postern-*.tar.gz"),
            of("postern-0.1.0/bin/postern --make-caches", "/bin/postern", "--make-caches"),
            of("postern-0.1.0/bin/postern serve --config postern.toml", "bin/postern serve --config postern.toml"));

    private static Elsewhere of(String command, String... words) {
        return new Elsewhere("docs/install.md", command, "package/check", List.of(words));
    }

    static boolean runs(Page.Step step) {
        return ALL.stream().anyMatch(one -> one.is(step));
    }

    boolean is(Page.Step step) {
        return step.page().equals(page) && step.command().equals(command);
    }

    /** Whether the script has that, on a line that is no comment. */
    boolean isRun() throws IOException {
        return Arrays.stream(Files.readString(Page.TOP.resolve(script))
                        .replace("\\\n", " ")
                        .split("\n", -1))
                .filter(line -> !line.strip().startsWith("#"))
                .anyMatch(this::hasWords);
    }

    private boolean hasWords(String line) {
        int at = 0;
        for (String word : words) {
            int found = line.indexOf(word, at);
            if (found < 0) {
                return false;
            }
            at = found + word.length();
        }
        return true;
    }
}
