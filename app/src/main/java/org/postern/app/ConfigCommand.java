package org.postern.app;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.config.ConfigText;
import org.postern.delivery.Egress;
import org.postern.delivery.OwnGreeting;
import org.postern.dns.CachingResolver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postern config}: is it right, and what does it say with all defaults in place? */
@Command(
        name = "config",
        description = "Check the configuration, or show it with all defaults.",
        mixinStandardHelpOptions = true)
final class ConfigCommand {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets spec
    ConfigCommand() {}

    @Command(
            name = "check",
            description = "Say every mistake in the configuration, or that there is none.",
            mixinStandardHelpOptions = true)
    int check(
            @Mixin ConfigOption option,
            @Option(
                            names = "--dns",
                            negatable = true,
                            description = "Look at our own greeting too, as those do whom we greet: asks DNS about our"
                                    + " addresses and our name. By default when mail goes to MX hosts.")
                    @Nullable
                    Boolean dns)
            throws Unusable {
        PrintWriter out = spec.commandLine().getOut();
        String name = option.file().map(Path::toString).orElse("built-in defaults");
        return switch (option.read()) {
            case Config.Result.Valid valid -> {
                valid.warnings().forEach(warning -> out.println(name + ": warning: " + warning));
                if (dns == null ? valid.config().sending().usesMx() : dns) {
                    ownGreeting(valid.config())
                            .forEach(warning -> out.println(
                                    name + ": " + word(warning) + ": " + Harmless.text(warning.toString())));
                }
                out.println(name + ": fine");
                yield 0;
            }
            case Config.Result.Invalid invalid -> {
                out.println(ConfigOption.list(invalid.mistakes()));
                int count = invalid.mistakes().size();
                out.println(count + (count == 1 ? " mistake" : " mistakes")
                        + "; docs/configuration.md tells what each key takes");
                yield 1;
            }
        };
    }

    private static List<OwnGreeting.Warning> ownGreeting(Config config) {
        var resolver = new CachingResolver(config.dns().settings());
        return OwnGreeting.look(resolver, config.hostname(), Egress.chosenBySystem(config.hostname()));
    }

    private static String word(OwnGreeting.Warning warning) {
        return switch (warning.kind()) {
            case FAULT, NOT_KNOWN_NOW -> "warning";
            case NOT_KNOWN_HERE -> "hint";
        };
    }

    @Command(
            name = "show",
            description = "Write the whole configuration as TOML, defaults included.",
            mixinStandardHelpOptions = true)
    int show(@Mixin ConfigOption option) throws Unusable {
        spec.commandLine().getOut().print(ConfigText.of(option.valid().config()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
