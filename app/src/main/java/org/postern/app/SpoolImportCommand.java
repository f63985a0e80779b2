package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.postern.backup.Import;
import org.postern.backup.Import.Outcome;
import org.postern.config.Config;
import org.postern.spool.MessageId;
import org.postern.spool.RocksSpool;
import org.postern.spool.SpoolProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern spool import}: puts the messages of an export into the spool that no server has open. */
@Command(
        name = "import",
        description = "Put the messages of an export into the spool. The server must be stopped.",
        mixinStandardHelpOptions = true,
        footer = {"", "What is in the spool already is left as it is there, so it may be done again."})
final class SpoolImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Parameters(paramLabel = "DIR", description = "What postern spool export has written.")
    private Path directory;

    @Option(names = "--json", description = "Say it as a JSON object: docs/backup.md.")
    private boolean json;

    private long messages;
    private long octets;
    private long known;
    private long done;
    private final Map<String, String> refused = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init") // picocli sets spec, option and directory
    SpoolImportCommand() {}

    @Override
    public Integer call() throws IOException, Unusable {
        Errand errand = new Errand(spec);
        Config config = option.valid().config();
        if (!Files.isDirectory(directory)) {
            throw new Unusable("there is no directory " + directory);
        }
        Clock clock = Clock.systemUTC();
        try (RocksSpool spool = RocksSpool.open(place(config), config.keeping().room(), clock)) {
            Import.into(spool, directory, clock.instant(), outcome -> count(errand, outcome));
        } catch (SpoolProblem problem) {
            return broken(errand, problem);
        }
        tell(errand);
        return refused.isEmpty() ? 0 : 1;
    }

    /** What is made here is nobody else's, and the server's: files of root's would keep it out. */
    private static Path place(Config config) throws IOException, Unusable {
        Path spool = config.data().resolve("spool");
        if (Files.exists(spool)) {
            Reach.requireOwner(spool);
            return spool;
        }
        if (Files.exists(config.data())) {
            Reach.requireOwner(config.data());
        }
        Files.createDirectories(config.data());
        Files.createDirectory(
                spool, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return spool;
    }

    private void count(Errand errand, Outcome outcome) {
        switch (outcome) {
            case Outcome.Kept kept -> {
                messages++;
                octets += kept.octets();
            }
            case Outcome.Known(MessageId id) -> {
                known++;
                remark(errand, id + " is in the spool already, and is left as it is there");
            }
            case Outcome.Done(MessageId id) -> {
                done++;
                remark(errand, id + " is left out: all its recipients have it, or its sender knows");
            }
            case Outcome.Refused(String file, String why) -> {
                refused.put(file, why);
                errand.complain(file + " is left out: " + why);
            }
        }
    }

    private void remark(Errand errand, String line) {
        if (!json) {
            errand.say(line);
        }
    }

    private int broken(Errand errand, SpoolProblem problem) throws Unusable {
        switch (problem.kind()) {
            case DAMAGED, TOO_NEW -> throw new Unusable(String.valueOf(problem.getMessage()));
            case IN_USE -> errand.complain(problem.getMessage() + "; stop it, then ask again");
            case FULL, STOPPED -> {
                errand.complain(String.valueOf(problem.getMessage()));
                errand.complain(imported() + " before that; ask again to go on");
            }
        }
        return 75;
    }

    private void tell(Errand errand) {
        if (json) {
            var said = new LinkedHashMap<String, Object>();
            said.put("directory", directory.toString());
            said.put("messages", messages);
            said.put("octets", octets);
            said.put("known", known);
            said.put("done", done);
            said.put("refused", refused);
            errand.say(JsonMapper.shared().writeValueAsString(said));
            return;
        }
        String beside = (known > 0 ? ", " + known + " there already" : "")
                + (done > 0 ? ", " + done + " with nothing left to do" : "")
                + (refused.isEmpty() ? "" : ", " + refused.size() + " left out");
        errand.say(imported() + beside + "; start the server: postern serve" + option.again());
    }

    private String imported() {
        return messages + (messages == 1 ? " message, " : " messages, ") + octets + " octets imported";
    }
}
