package org.postern.app;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.Protocol;
import org.postern.control.Request;
import org.postern.control.Summary;
import org.postern.queue.Situation;
import org.postern.spool.MessageId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern queue}: what waits, why, and what is to be done about it. */
@Command(
        name = "queue",
        description = "See what waits to be delivered and what is held, and say what is to become of it.",
        mixinStandardHelpOptions = true,
        footer = {"", "Asks the server of the data directory; when none runs, works on its spool itself."})
final class QueueCommand {
    /** The first rows at once, and then in strides. */
    private static final int FIRST_ROWS = 20;

    private static final int ROWS = 500;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets spec
    QueueCommand() {}

    // --- looking
    // ---------------------------------------------------------------------------------------------------------------

    @Command(name = "list", description = "List what is in the queue, oldest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ConfigOption option,
            @Option(names = "--held", description = "Only messages of which something is held.") boolean held,
            @Option(names = "--json", description = "An object a line: docs/operate.md.") boolean json)
            throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return json ? 0 : say("nothing is queued: there is no spool yet in " + reached.data());
            }
            return list(reached.control().get(), held, json);
        }
    }

    private int list(Control control, boolean held, boolean json) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        var text = new QueueText(
                spec.commandLine().getColorScheme().ansi(), Clock.systemUTC().instant());
        Function<Summary, String> row = json ? Protocol::json : text::row;
        long messages = 0;
        long withHeld = 0;
        Optional<MessageId> after = Optional.empty();
        do {
            var request = new Request.Page(after, messages == 0 ? FIRST_ROWS : ROWS, held);
            Answer answer = control.ask(request);
            if (!(answer instanceof Answer.Messages page)) {
                return failed(answer);
            }
            var rows = new StringBuilder();
            for (Summary message : page.messages()) {
                if (messages == 0 && !json) {
                    rows.append(text.heading()).append('\n');
                }
                rows.append(row.apply(message)).append('\n');
                messages++;
                withHeld += message.held() > 0 ? 1 : 0;
            }
            out.print(rows);
            // Who reads no further (head) wants no more, and no complaint.
            if (out.checkError()) {
                return 0;
            }
            after = page.next();
        } while (after.isPresent());
        return json ? 0 : say(sum(messages, withHeld, held));
    }

    private static String sum(long messages, long held, boolean onlyHeld) {
        if (messages == 0) {
            return onlyHeld ? "nothing is held" : "nothing is queued";
        }
        String count = messages + (messages == 1 ? " message" : " messages");
        String next = held == 0
                ? "postern queue show ID tells more, postern queue flush tries all now"
                : "postern queue show ID tells why, postern queue release ID lets it go on";
        return count + (held == 0 || onlyHeld ? "" : ", " + held + " held") + ": " + next;
    }

    @Command(
            name = "show",
            description = "Tell all about one message, or write it out.",
            mixinStandardHelpOptions = true)
    int show(
            @Mixin ConfigOption option,
            @Parameters(paramLabel = "ID", converter = Ids.Id.class) MessageId id,
            @Option(names = "--content", description = "Write the message itself, octet by octet, to standard output.")
                    boolean content,
            @Option(names = "--json", description = "As one object: docs/operate.md.") boolean json)
            throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            Optional<Control> control = reached.control();
            if (control.isEmpty()) {
                return notThere("there is no message " + id + ": there is no spool yet in " + reached.data());
            }
            if (content) {
                return content(control.get(), id);
            }
            Answer answer = control.get().ask(new Request.Show(id));
            if (!(answer instanceof Answer.Message(var details))) {
                return failed(answer);
            }
            if (json) {
                return say(Protocol.json(details));
            }
            var text = new QueueText(
                    spec.commandLine().getColorScheme().ansi(),
                    Clock.systemUTC().instant());
            spec.commandLine().getOut().print(text.details(details));
            return say(
                    details.summary().held() > 0
                            ? "when its cause is mended: postern queue release " + id
                            : "to try it now: postern queue retry " + id + "; to read it: postern queue show --content "
                                    + id);
        }
    }

    /** The octets as they are: past the writer, which knows only text. */
    private int content(Control control, MessageId id) throws IOException {
        PrintStream out = System.out;
        int[] code = {0};
        control.ask(new Request.Content(id), answer -> {
            if (answer instanceof Answer.Part part) {
                byte[] octets = Base64.getDecoder().decode(part.base64());
                out.write(octets, 0, octets.length);
            } else {
                code[0] = failed(answer);
            }
        });
        out.flush();
        return code[0];
    }

    // --- changing
    // --------------------------------------------------------------------------------------------------------------

    @Command(name = "hold", description = "Try these no more until they are released.", mixinStandardHelpOptions = true)
    int hold(@Mixin ConfigOption option, @Mixin Ids ids) throws IOException, Unusable {
        return change(
                option, ids, Request.Hold::new, "held; it goes on with: postern queue release", "is held already");
    }

    @Command(
            name = "release",
            description = "Let held ones go on: they are tried now.",
            mixinStandardHelpOptions = true)
    int release(@Mixin ConfigOption option, @Mixin Ids ids) throws IOException, Unusable {
        return change(
                option,
                ids,
                Request.Release::new,
                "released, due now",
                "is not held; to try it now: postern queue retry");
    }

    @Command(name = "drop", description = "Forget these, undelivered: nobody is told.", mixinStandardHelpOptions = true)
    int drop(@Mixin ConfigOption option, @Mixin Ids ids) throws IOException, Unusable {
        return change(option, ids, Request.Drop::new, "dropped", "is gone");
    }

    @Command(name = "retry", description = "Try these now, held or not.", mixinStandardHelpOptions = true)
    int retry(@Mixin ConfigOption option, @Mixin Ids ids) throws IOException, Unusable {
        return change(option, ids, Request.Retry::new, "due now", "is due");
    }

    @Command(name = "flush", description = "Try all that waits now.", mixinStandardHelpOptions = true)
    int flush(@Mixin ConfigOption option) throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return say("nothing waits: there is no spool yet in " + reached.data());
            }
            Control control = reached.control().get();
            Answer answer = control.ask(new Request.Flush());
            if (!(answer instanceof Answer.Flushed(long waiting))) {
                return failed(answer);
            }
            return say(
                    waiting == 0
                            ? "nothing waits"
                            : waiting + (waiting == 1 ? " message is" : " messages are") + " due now"
                                    + (reached.isServer() ? "" : ", and tried when the server starts"));
        }
    }

    // --- destinations
    // ----------------------------------------------------------------------------------------------------------

    @Command(
            name = "why",
            description = "Say what a destination waits for, and when it is tried next.",
            mixinStandardHelpOptions = true)
    int why(
            @Mixin ConfigOption option,
            @Parameters(
                            paramLabel = "DOMAIN",
                            arity = "0..1",
                            defaultValue = "",
                            description = "A domain, or a next hop as this command names it; all when left out.")
                    String destination,
            @Option(names = "--json", description = "An object a line: docs/operate.md.") boolean json)
            throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return notThere("no server runs, and there is no spool yet in " + reached.data());
            }
            Answer answer = reached.control()
                    .get()
                    .ask(new Request.Why(Optional.of(destination).filter(name -> !name.isEmpty())));
            if (!(answer instanceof Answer.Destinations(List<Situation> situations))) {
                return failed(answer);
            }
            if (json) {
                situations.forEach(one -> say(Protocol.json(one)));
                return 0;
            }
            if (situations.isEmpty()) {
                return say("nothing waits for any destination");
            }
            var text = new QueueText(
                    spec.commandLine().getColorScheme().ansi(),
                    Clock.systemUTC().instant());
            situations.forEach(one -> spec.commandLine().getOut().print(text.situation(one)));
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    @Command(
            name = "suspend",
            description = "Try nothing at a destination until it is resumed, also after a restart.",
            mixinStandardHelpOptions = true)
    int suspend(@Mixin ConfigOption option, @Mixin Place place) throws IOException, Unusable {
        return switchTo(
                option,
                new Request.Suspend(place.destination),
                " is suspended; it goes on with: postern queue resume " + Harmless.text(place.destination),
                " was suspended already");
    }

    @Command(
            name = "resume",
            description = "Let a suspended destination go on, all that waits for it at once.",
            mixinStandardHelpOptions = true)
    int resume(@Mixin ConfigOption option, @Mixin Place place) throws IOException, Unusable {
        return switchTo(option, new Request.Resume(place.destination), " goes on", " was not suspended");
    }

    /** One. */
    static final class Place {
        @Parameters(paramLabel = "DOMAIN", description = "A domain, or a next hop as postern queue why names it.")
        private String destination;

        @SuppressWarnings("NullAway.Init") // picocli sets destination
        Place() {}
    }

    private int switchTo(ConfigOption option, Request request, String changed, String unchanged)
            throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return notThere("there is no spool yet in " + reached.data());
            }
            Answer answer = reached.control().get().ask(request);
            return answer instanceof Answer.Switched(String destination, boolean isChanged)
                    ? say(Harmless.text(destination) + (isChanged ? changed : unchanged))
                    : failed(answer);
        }
    }

    private int change(
            ConfigOption option, Ids asked, Function<MessageId, Request> request, String done, String unchanged)
            throws IOException, Unusable {
        return errand().change(option, asked, request, done, unchanged, "in the queue");
    }

    // --- telling
    // ---------------------------------------------------------------------------------------------------------------

    private Errand errand() {
        return new Errand(spec);
    }

    private int say(String line) {
        return errand().say(line);
    }

    private int notThere(String line) {
        return errand().notThere(line);
    }

    private int failed(Answer answer) {
        return errand().failed(answer);
    }
}
