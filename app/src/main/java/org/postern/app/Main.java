package org.postern.app;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code postern}: finds the command and runs it. */
@Command(
        name = "postern",
        description = "A mail transfer agent whose centre is the greeting.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 fine, 1 the thing asked about is not fine, 2 usage, 75 try again later.",
            "Documents: docs/"
        })
final class Main {
    private static final List<Class<?>> COMMANDS = List.of(
            InitCommand.class,
            Serve.class,
            JudgeCommand.class,
            ExplainCommand.class,
            ReplayCommand.class,
            TailCommand.class,
            StatsCommand.class,
            JournalCommand.class,
            SendCommand.class,
            QueueCommand.class,
            QuarantineCommand.class,
            SpoolCommand.class,
            DkimCommand.class,
            ConfigCommand.class,
            ReloadCommand.class,
            ImportPostfixCommand.class,
            Manual.class,
            Rehearse.class);

    private Main() {}

    public static void main(String[] arguments) {
        // CVE-2009-3555 and the load that renegotiation costs: JSSE reads this once, when TLS is first used.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        System.exit(commandLine(arguments.length == 0 ? "" : arguments[0]).execute(arguments));
    }

    /** All of it. */
    static CommandLine commandLine() {
        return commandLine("");
    }

    /** That command alone, for picocli takes a while for each; all of them when there is none of that name. */
    private static CommandLine commandLine(String name) {
        var line = new CommandLine(new Main());
        List<Class<?>> named = COMMANDS.stream()
                .filter(one -> one.getAnnotation(Command.class).name().equals(name))
                .toList();
        (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((problem, command, _) -> {
            String text = "postern: " + problem.getMessage();
            command.getErr().println(JournalLevel.isRead() ? JournalLevel.error(text) : text);
            return problem instanceof Unusable ? 1 : 75;
        });
        return line;
    }

    /** The version that the build wrote into the jar. */
    static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("in development");
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"Postern " + version()};
        }
    }
}
