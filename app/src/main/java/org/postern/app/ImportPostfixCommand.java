package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.postfix.Postconf;
import org.postern.postfix.PostfixImport;
import org.postern.postfix.Unreadable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern import-postfix}: the configuration of Postfix, written as one of ours. */
@Command(
        name = "import-postfix",
        description = {
            "Write the configuration that does what this Postfix does.",
            "Each line of main.cf and master.cf that has no counterpart becomes a remark in it. Nothing of Postfix is"
                    + " changed."
        },
        mixinStandardHelpOptions = true)
final class ImportPostfixCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            defaultValue = "/etc/postfix",
            description = "Where main.cf and master.cf are; by default ${DEFAULT-VALUE}.")
    private Path directory;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "The file to write, which must not be there yet; by default to the screen.")
    private @Nullable Path output;

    @Option(names = "--no-postconf", description = "Read main.cf without Postfix's own reader, postconf.")
    private boolean withoutPostconf;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    ImportPostfixCommand() {}

    @Override
    public Integer call() throws Unusable, IOException {
        Optional<Postconf> postconf = withoutPostconf ? Optional.empty() : Postconf.here();
        String hostname = Config.defaults().config().hostname().name();
        var machine = new PostfixImport.Machine(postconf, Path.of("/etc/passwd"), hostname);
        PostfixImport imported;
        try {
            imported = PostfixImport.of(directory, machine, target());
        } catch (Unreadable problem) {
            throw new Unusable(problem.getMessage() == null ? "" : problem.getMessage());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (output == null) {
            out.print(imported.toml());
            out.flush();
            return 0;
        }
        write(output, imported.toml());
        out.println(output + ": written, with " + imported.remarks()
                + (imported.remarks() == 1 ? " remark" : " remarks")
                + ": read them; then postern config check --config " + output);
        return 0;
    }

    private Path target() {
        return Optional.ofNullable(output)
                .map(file -> file.toAbsolutePath().getParent())
                .orElseGet(() -> Path.of("").toAbsolutePath());
    }

    private static void write(Path file, String toml) throws Unusable {
        try {
            Files.writeString(file, toml, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException there) {
            throw new Unusable(file + " is there already, and is not overwritten: name another file with --output");
        } catch (IOException problem) {
            throw new Unusable("can't write " + file + ": " + problem.getMessage());
        }
    }
}
