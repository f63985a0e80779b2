package org.postern.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.postern.backup.Export;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.Request;
import org.postern.spool.MessageId;
import org.postern.spool.SpoolProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern spool export}: every message with its state, as files; beside a running server or without one. */
@Command(
        name = "export",
        description = "Write every message of the spool, with its state, into a directory: ID.eml and ID.json.",
        mixinStandardHelpOptions = true,
        footer = {"", "Asks the server of the data directory; when none runs, reads its spool itself."})
final class SpoolExportCommand implements Callable<Integer> {
    /** Names that are asked for at once: for each the server reads what came with a message, all recipients included. */
    private static final int NAMES = 200;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Parameters(paramLabel = "DIR", description = "Made when it is not there; else it must be empty.")
    private Path directory;

    @Option(
            names = "--id",
            paramLabel = "ID",
            converter = Ids.Id.class,
            description = "Only this one; may be said again. By default all, also those in quarantine.")
    private List<MessageId> only = List.of();

    @Option(names = "--json", description = "Say it as a JSON object: docs/backup.md.")
    private boolean json;

    private long messages;
    private long octets;
    private final List<MessageId> gone = new ArrayList<>();
    private final Map<MessageId, String> failed = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init") // picocli sets spec, option and directory
    SpoolExportCommand() {}

    @Override
    public Integer call() throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            return export(new Errand(spec), reached.control());
        } catch (SpoolProblem problem) {
            if (problem.kind() == SpoolProblem.Kind.DAMAGED || problem.kind() == SpoolProblem.Kind.TOO_NEW) {
                throw new Unusable(String.valueOf(problem.getMessage()));
            }
            throw problem;
        }
    }

    private int export(Errand errand, Optional<Control> control) throws Unusable {
        Export export = into();
        try {
            Optional<Answer> refusal = control.isPresent() ? all(control.get(), export) : Optional.empty();
            if (refusal.isPresent()) {
                return errand.failed(refusal.get());
            }
            if (control.isEmpty()) {
                gone.addAll(only);
            }
            export.finish();
        } catch (IOException problem) {
            errand.complain(String.valueOf(problem.getMessage()));
            errand.complain("this is no whole export: " + written() + " before that");
            return 75;
        }
        tell(errand);
        return failed.isEmpty() && (only.isEmpty() || gone.isEmpty()) ? 0 : 1;
    }

    private Export into() throws Unusable {
        try {
            return Export.into(directory);
        } catch (IOException problem) {
            throw new Unusable(String.valueOf(problem.getMessage()));
        }
    }

    /** Why it can't be done; empty when it was. */
    private Optional<Answer> all(Control control, Export export) throws IOException {
        List<MessageId> names = new ArrayList<>(only);
        if (only.isEmpty()) {
            // All names first: what comes while they are written is not waited for.
            Optional<MessageId> after = Optional.empty();
            do {
                Answer answer = control.ask(new Request.Names(after, NAMES));
                if (!(answer instanceof Answer.Names page)) {
                    return Optional.of(answer);
                }
                names.addAll(page.ids());
                after = page.next();
            } while (after.isPresent());
        }
        for (MessageId id : names) {
            one(control, export, id);
        }
        return Optional.empty();
    }

    private void one(Control control, Export export, MessageId id) throws IOException {
        try (Export.Draft draft = export.begin(id)) {
            control.ask(new Request.Export(id), answer -> {
                switch (answer) {
                    case Answer.Part part -> draft.write(Base64.getDecoder().decode(part.base64()));
                    case Answer.Exported exported -> {
                        draft.keep(exported.message());
                        messages++;
                        octets += exported.message().octets();
                    }
                    case Answer.Failed why when why.reason() == Answer.Reason.UNKNOWN -> gone.add(id);
                    case Answer.Failed why -> failed.put(id, why.text());
                    default -> failed.put(id, "the server's answer makes no sense to this Postern");
                }
            });
        }
    }

    // --- telling
    // ---------------------------------------------------------------------------------------------------------------

    private void tell(Errand errand) {
        failed.forEach((id, why) -> errand.complain(id + " is not in it: " + why));
        if (!only.isEmpty()) {
            gone.forEach(id -> errand.complain(Errand.unknown(id, "in the spool")));
        }
        if (json) {
            var said = new LinkedHashMap<String, Object>();
            said.put("directory", directory.toString());
            said.put("messages", messages);
            said.put("octets", octets);
            said.put("gone", gone.stream().map(MessageId::toString).toList());
            said.put("failed", failed.keySet().stream().map(MessageId::toString).toList());
            errand.say(JsonMapper.shared().writeValueAsString(said));
            return;
        }
        if (only.isEmpty() && !gone.isEmpty()) {
            errand.say("  beside    " + gone.size() + " that left the spool meanwhile");
        }
        errand.say(written() + "; to put them into a spool: postern spool import " + directory);
    }

    private String written() {
        return messages + (messages == 1 ? " message, " : " messages, ") + octets + " octets written into " + directory;
    }
}
