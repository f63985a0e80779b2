package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.Protocol;
import org.postern.control.Request;
import org.postern.quarantine.Suspect;
import org.postern.quarantine.Trust;
import org.postern.spool.MessageId;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern quarantine}: what was kept back, why, and whether it is good after all. */
@Command(
        name = "quarantine",
        description =
                "See what was kept back for what was found about who brought it, and say what is to become of it.",
        mixinStandardHelpOptions = true,
        subcommands = TrustedCommand.class,
        footer = {"", "Asks the server of the data directory; when none runs, works on its spool itself."})
final class QuarantineCommand {
    private static final String PLACE = "in quarantine";
    private static final String RELEASED = "released, due now";
    private static final String UNCHANGED = "is not in quarantine";

    /** The first rows at once, and then in strides. */
    private static final int FIRST_ROWS = 20;

    private static final int ROWS = 200;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets spec
    QuarantineCommand() {}

    // --- looking
    // ---------------------------------------------------------------------------------------------------------------

    @Command(name = "list", description = "List what is in quarantine, oldest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ConfigOption option,
            @Option(names = "--json", description = "An object a line: docs/quarantine.md.") boolean json)
            throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return json ? 0 : say("nothing is in quarantine: there is no spool yet in " + reached.data());
            }
            return list(reached.control().get(), json);
        }
    }

    private int list(Control control, boolean json) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        QuarantineText text = text();
        Function<Suspect, String> row = json ? Protocol::json : text::row;
        long messages = 0;
        Optional<MessageId> after = Optional.empty();
        do {
            Answer answer = control.ask(new Request.QuarantineList(after, messages == 0 ? FIRST_ROWS : ROWS));
            if (!(answer instanceof Answer.Suspects page)) {
                return errand().failed(answer);
            }
            for (Suspect one : page.suspects()) {
                if (messages == 0 && !json) {
                    out.println(text.heading());
                }
                out.println(row.apply(one));
                messages++;
            }
            // Who reads no further (head) wants no more, and no complaint.
            if (out.checkError()) {
                return 0;
            }
            after = page.next();
        } while (after.isPresent());
        return json ? 0 : say(sum(messages));
    }

    private static String sum(long messages) {
        return messages == 0
                ? "nothing is in quarantine"
                : messages + (messages == 1 ? " message" : " messages")
                        + ": postern quarantine show ID tells why, postern quarantine release ID lets it go on";
    }

    @Command(name = "show", description = "Tell all about one message.", mixinStandardHelpOptions = true)
    int show(
            @Mixin ConfigOption option,
            @Parameters(paramLabel = "ID", converter = Ids.Id.class) MessageId id,
            @Option(names = "--json", description = "As one object: docs/quarantine.md.") boolean json)
            throws IOException, Unusable {
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return errand().notThere(Errand.unknown(id, PLACE));
            }
            Answer answer = reached.control().get().ask(new Request.QuarantineShow(id));
            if (!(answer instanceof Answer.Suspected suspected)) {
                return errand().failed(answer);
            }
            if (json) {
                return say(Protocol.json(suspected.suspect()));
            }
            spec.commandLine().getOut().print(text().details(suspected.suspect()));
            return say("to read it: postern queue show --content " + id + "; if it is good: postern quarantine release "
                    + id);
        }
    }

    // --- deciding
    // --------------------------------------------------------------------------------------------------------------

    /** Whether senders are trusted from now on, and which. */
    static final class Trusting {
        @Option(
                names = "--trust",
                description = "And trust its sender: what was found here puts no message from that address into"
                        + " quarantine any more, while the same proves it. See docs/quarantine.md.")
        private boolean sender;

        @Option(names = "--trust-domain", description = "The same for all addresses of the sender's domain.")
        private boolean domain;

        @SuppressWarnings("NullAway.Init") // picocli sets them
        Trusting() {}

        Optional<Trust.Scope> scope() {
            return sender
                    ? Optional.of(Trust.Scope.SENDER)
                    : domain ? Optional.of(Trust.Scope.DOMAIN) : Optional.empty();
        }
    }

    @Command(
            name = "release",
            description = "Let these go on, as if nobody had doubted them.",
            mixinStandardHelpOptions = true)
    int release(
            @Mixin ConfigOption option,
            @Mixin Ids ids,
            @ArgGroup(exclusive = true, multiplicity = "0..1") @Nullable Trusting trusting)
            throws IOException, Unusable {
        Optional<Trust.Scope> scope = trusting == null ? Optional.empty() : trusting.scope();
        if (scope.isEmpty()) {
            return errand().change(option, ids, Request.QuarantineRelease::new, RELEASED, UNCHANGED, PLACE);
        }
        int worst = 0;
        try (Errand.Reached reached = Errand.reach(option)) {
            for (MessageId id : ids.all()) {
                int code = reached.control().isEmpty()
                        ? errand().notThere(Errand.unknown(id, PLACE))
                        : trust(reached.control().get(), id, scope.get());
                worst = Math.max(worst, code);
            }
        }
        return worst;
    }

    /** Trust comes first: else a crash between the two would leave a released message, and a sender who is not trusted. */
    private int trust(Control control, MessageId id, Trust.Scope scope) throws IOException {
        Answer answer = control.ask(new Request.Trust(id, scope));
        if (!(answer instanceof Answer.Trusting trusting)) {
            return errand().failed(answer);
        }
        int code = errand().change(control, id, new Request.QuarantineRelease(id), RELEASED, UNCHANGED, PLACE);
        if (trusting.trusted().isEmpty()) {
            return Math.max(code, errand().notThere("the sender of " + id + " is not trusted: " + trusting.why()));
        }
        say("trusted: " + QuarantineText.trust(trusting.trusted().get()));
        return code;
    }

    @Command(name = "drop", description = "Forget these, undelivered: nobody is told.", mixinStandardHelpOptions = true)
    int drop(@Mixin ConfigOption option, @Mixin Ids ids) throws IOException, Unusable {
        return errand().change(option, ids, Request.QuarantineDrop::new, "dropped", UNCHANGED, PLACE);
    }

    // --- telling
    // ---------------------------------------------------------------------------------------------------------------

    private QuarantineText text() {
        return new QuarantineText(
                spec.commandLine().getColorScheme().ansi(), Clock.systemUTC().instant());
    }

    private Errand errand() {
        return new Errand(spec);
    }

    private int say(String line) {
        return errand().say(line);
    }
}
