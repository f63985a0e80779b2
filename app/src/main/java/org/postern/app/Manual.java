package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;

/**
 * {@code postern manual DIRECTORY DOCS}: writes the manual pages and the completions for shells that packages have, from what {@code --help}
 * and docs/ say; so neither can say something else.
 */
@Command(name = "manual", hidden = true, description = "Write manual pages, and completions for shells.")
final class Manual implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIRECTORY")
    private Path directory;

    @Parameters(index = "1", paramLabel = "DOCS")
    private Path docs;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    Manual() {}

    @Override
    public Integer call() throws IOException {
        CommandLine postern = Main.commandLine();
        write("postern.1", program(postern));
        write("postern.toml.5", configuration());
        write("sendmail.1", sendmail());
        // Shells source it: its first line is for who runs it.
        write("postern.bash", AutoComplete.bash("postern", postern).replaceFirst("^#!.*\n+", ""));
        write("postern.fish", fish(postern));
        return 0;
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(Files.createDirectories(directory).resolve(name), text, UTF_8);
    }

    private static String version() {
        return "Postern " + Main.version();
    }

    // --- pages
    // -----------------------------------------------------------------------------------------------------------------

    private static String program(CommandLine postern) {
        CommandSpec spec = postern.getCommandSpec();
        var page = new Roff("postern", 1, version(), "a mail transfer agent");
        page.section("SYNOPSIS").paragraph("`postern` *COMMAND* ...");
        page.section("DESCRIPTION").paragraph(text(spec.usageMessage().description()));
        page.paragraph("Each command explains itself with `--help`.");
        page.section("COMMANDS");
        commands(postern).forEach(command -> describe(command, page));
        page.section("EXIT STATUS").paragraph(text(spec.usageMessage().footer()));
        page.section("FILES")
                .tagged("`/etc/postern/postern.toml`", "The configuration: postern.toml(5).")
                .tagged("`/var/lib/postern`", "What the server keeps, as the package sets it up.")
                .tagged("`/usr/share/doc/postern`", "The documents, where a package has them.");
        page.section("SEE ALSO").paragraph("postern.toml(5), sendmail(1)");
        return page.toString();
    }

    /** Those that do something, with all above their names. */
    private static Stream<CommandLine> commands(CommandLine line) {
        return line.getSubcommands().values().stream()
                .distinct()
                .filter(one -> !one.getCommandSpec().usageMessage().hidden())
                .flatMap(one -> Stream.concat(Stream.of(one), commands(one)));
    }

    private static void describe(CommandLine command, Roff page) {
        CommandSpec spec = command.getCommandSpec();
        String synopsis = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF))
                .synopsis(0)
                .replaceAll("\\s+", " ")
                .strip();
        page.subsection(synopsis).paragraph(text(spec.usageMessage().description()));
        for (PositionalParamSpec one : spec.positionalParameters()) {
            if (one.description().length > 0 && !one.hidden()) {
                page.tagged("*" + one.paramLabel() + "*", text(one.description()));
            }
        }
        for (OptionSpec one : options(spec)) {
            String names = Stream.of(one.names()).map(name -> "`" + name + "`").collect(Collectors.joining(", "));
            page.tagged(
                    one.arity().max() == 0 ? names : names + " *" + one.paramLabel() + "*", text(one.description()));
        }
        if (spec.usageMessage().footer().length > 0) {
            page.paragraph(text(spec.usageMessage().footer()));
        }
    }

    /** All but those that each command has. */
    private static List<OptionSpec> options(CommandSpec spec) {
        return spec.options().stream()
                .filter(one -> !one.hidden() && !one.usageHelp() && !one.versionHelp())
                .toList();
    }

    private static String text(String... lines) {
        return String.join(" ", lines).strip().replace("%n", " ").replace("%%", "%");
    }

    private String configuration() throws IOException {
        var page = new Roff("postern.toml", 5, version(), "the configuration of Postern");
        page.section("DESCRIPTION");
        MarkdownPage.write(Files.readAllLines(docs.resolve("configuration.md")), page);
        page.section("LIMITS");
        MarkdownPage.write(Files.readAllLines(docs.resolve("limits.md")), page);
        page.section("SEE ALSO").paragraph("postern(1)");
        return page.toString();
    }

    private String sendmail() throws IOException {
        var page = new Roff("sendmail", 1, version(), "hand over mail of programs on this host");
        page.section("SYNOPSIS")
                .paragraph("`sendmail` [*OPTION*]... [*RECIPIENT*]...")
                .paragraph("`mailq`")
                .paragraph("`newaliases`");
        page.section("DESCRIPTION");
        MarkdownPage.write(
                MarkdownPage.under(
                        "## Mail of programs on this host: sendmail", Files.readAllLines(docs.resolve("operate.md"))),
                page);
        page.section("SEE ALSO").paragraph("postern(1), postern.toml(5)");
        return page.toString();
    }

    // --- completion for fish, which picocli doesn't know
    // ------------------------------------------------------------------------

    private static String fish(CommandLine postern) {
        var script = new StringBuilder("complete -c postern -f\n");
        complete(postern, List.of(), script);
        return script.toString();
    }

    private static void complete(CommandLine line, List<String> above, StringBuilder script) {
        List<CommandLine> below = line.getSubcommands().values().stream()
                .distinct()
                .filter(one -> !one.getCommandSpec().usageMessage().hidden())
                .toList();
        List<String> names = below.stream().map(CommandLine::getCommandName).toList();
        String here = above.isEmpty()
                ? "__fish_use_subcommand"
                : above.stream()
                                .map(name -> "__fish_seen_subcommand_from " + name)
                                .collect(Collectors.joining("; and "))
                        + (names.isEmpty() ? "" : "; and not __fish_seen_subcommand_from " + String.join(" ", names));
        for (CommandLine one : below) {
            script.append("complete -c postern -n '%s' -a %s -d '%s'\n"
                    .formatted(
                            here,
                            one.getCommandName(),
                            quoted(one.getCommandSpec().usageMessage().description())));
            complete(
                    one,
                    Stream.concat(above.stream(), Stream.of(one.getCommandName()))
                            .toList(),
                    script);
        }
        for (OptionSpec option : above.isEmpty() ? List.<OptionSpec>of() : options(line.getCommandSpec())) {
            String takes = option.arity().max() == 0
                    ? ""
                    : " -r" + (option.paramLabel().matches("FILE|DIR|DIRECTORY") ? " -F" : "");
            script.append("complete -c postern -n '%s' -l %s%s -d '%s'\n"
                    .formatted(here, option.longestName().substring(2), takes, quoted(option.description())));
        }
    }

    /** A first sentence in single quotes. */
    private static String quoted(String... description) {
        String all = text(description);
        int stop = all.indexOf(". ");
        return (stop < 0 ? all : all.substring(0, stop)).replace("\\", "\\\\").replace("'", "\\'");
    }
}
