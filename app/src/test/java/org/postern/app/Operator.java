package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** Types commands, in the directory of a configuration, and waits for what they show. */
final class Operator {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;

    Operator(Path directory) {
        this.directory = directory;
    }

    /** What {@code postern} says to these words, its errors behind. */
    String says(String... words) {
        return run(words).said();
    }

    /** What {@code postern} ends with for these words. */
    int exitCode(String... words) {
        return run(words).code();
    }

    private record Outcome(int code, String said) {}

    private Outcome run(String... words) {
        var out = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(out, true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--config", directory.resolve("postern.toml").toString()));
        return new Outcome(line.execute(arguments.toArray(String[]::new)), out.toString());
    }

    /** Waits until it does. */
    static void await(String what, Callable<Boolean> holds) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!holds.call()) {
            assertThat(Instant.now()).as("still not: " + what).isBefore(deadline);
            Thread.sleep(20);
        }
    }

    /** What it says to these words, once that has all {@code parts}. */
    String saysInTheEnd(List<String> words, String... parts) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        String said = says(words.toArray(String[]::new));
        while (!List.of(parts).stream().allMatch(said::contains)
                && Instant.now().isBefore(deadline)) {
            Thread.sleep(20);
            said = says(words.toArray(String[]::new));
        }
        assertThat(said).contains(parts);
        return said;
    }
}
