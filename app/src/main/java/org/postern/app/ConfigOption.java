package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.config.Mistake;
import picocli.CommandLine.Option;

/** {@code --config FILE}, which goes with every command. */
final class ConfigOption {
    static final List<Path> PLACES = List.of(Path.of("postern.toml"), Path.of("/etc/postern/postern.toml"));

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The configuration; by default postern.toml here, then /etc/postern/postern.toml, then built-in"
                            + " defaults.")
    private @Nullable Path file;

    /** The file that is read; empty when there is none. */
    Optional<Path> file() {
        return Optional.ofNullable(file)
                .or(() -> PLACES.stream().filter(Files::exists).findFirst());
    }

    /** How it is written behind another command that a person is told to call; empty when there is no file. */
    String again() {
        return file().map(one -> " --config " + one).orElse("");
    }

    /** What the file says, or the built-in defaults. */
    Config.Result read() throws Unusable {
        Optional<Path> place = file();
        if (place.isEmpty()) {
            return Config.defaults();
        }
        try {
            return Config.read(place.get());
        } catch (NoSuchFileException missing) {
            throw new Unusable("there is no " + place.get() + ": name another file with --config");
        } catch (IOException problem) {
            throw new Unusable("can't read " + place.get() + ": " + problem.getMessage());
        }
    }

    /** The configuration, or an error that lists what keeps it from being used. */
    Config.Result.Valid valid() throws Unusable {
        return switch (read()) {
            case Config.Result.Valid valid -> valid;
            case Config.Result.Invalid invalid ->
                throw new Unusable("the configuration can't be used:\n" + list(invalid.mistakes()));
        };
    }

    static String list(List<Mistake> mistakes) {
        return mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n"));
    }
}
