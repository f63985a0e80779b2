package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.control.Answer;
import org.postern.control.Request;
import org.postern.journal.Codec;
import org.postern.journal.Page;
import org.postern.journal.Query;
import org.postern.journal.Records;
import org.postern.smtp.Mailbox;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern journal}: search what was kept, and take people out of it. */
@Command(
        name = "journal",
        description = "Search what was kept of sessions and deliveries, and take people out of it.",
        mixinStandardHelpOptions = true,
        footer = {"", "Asks the server of the data directory; when none runs, works on its journal itself."})
final class JournalCommand {
    private static final int ROWS = 200;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets spec
    JournalCommand() {}

    @Command(
            name = "search",
            description = "List entries, the newest first: all that is given must hold.",
            mixinStandardHelpOptions = true)
    int search(
            @Mixin ConfigOption option,
            @Mixin Sought sought,
            @Option(
                            names = "--since",
                            paramLabel = "TIME",
                            converter = Past.class,
                            description = "Not before that: 2h, 7d, today, 2026-11-28T22:15.")
                    @Nullable
                    Instant since,
            @Option(names = "--until", paramLabel = "TIME", converter = Past.class, description = "Before that.")
                    @Nullable
                    Instant until,
            @Option(
                            names = "--most",
                            paramLabel = "COUNT",
                            defaultValue = "100",
                            description = "No more than so many. By default ${DEFAULT-VALUE}.")
                    int most,
            @Option(names = "--json", description = "An entry a line, as docs/explain.md has them.") boolean json)
            throws IOException, Unusable {
        Query query = sought.query().within(Optional.ofNullable(since), Optional.ofNullable(until));
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return errand().notThere("there is no journal yet in " + reached.data());
            }
            var text = new StoryText(
                    spec.commandLine().getColorScheme().ansi(),
                    ZoneId.systemDefault(),
                    Clock.systemUTC().instant());
            PrintWriter out = spec.commandLine().getOut();
            var records = new ControlRecords(reached.control().get());
            long before = Records.NEWEST;
            int told = 0;
            while (told < most) {
                Page page = records.find(query, before, Math.min(ROWS, most - told));
                for (Page.Numbered one : page.entries()) {
                    out.println(json ? Harmless.json(Codec.text(one.entry())) : text.line(one.entry()));
                }
                told += page.entries().size();
                if (out.checkError()) {
                    return 0;
                }
                if (page.next().isEmpty()) {
                    return told > 0 ? 0 : errand().notThere("nothing of that is in the journal");
                }
                before = page.next().getAsLong();
            }
            errand().complain("there are more: see --most, --since and --until");
            return 0;
        }
    }

    @Command(
            name = "forget",
            description = "Take a person's address out of all that was kept: the entries stay, without the name.",
            mixinStandardHelpOptions = true,
            footer = {"", "Logs, the queue and Maildirs are not the journal's: see docs/explain.md."})
    int forget(
            @Mixin ConfigOption option,
            @Parameters(paramLabel = "ADDRESS", description = "As ann@example.org.") String address)
            throws IOException, Unusable {
        if (Mailbox.parse(address).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine().getSubcommands().get("forget"),
                    "'" + Harmless.text(address) + "' is no address: write it as ann@example.org");
        }
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return errand().notThere("there is no journal yet in " + reached.data());
            }
            Answer answer = reached.control().get().ask(new Request.ForgetPerson(address));
            if (!(answer instanceof Answer.Forgotten(long entries))) {
                return errand().failed(answer);
            }
            return entries == 0
                    ? errand().notThere(address + " is in no entry of the journal")
                    : errand().say(address + " was taken out of " + entries + (entries == 1 ? " entry" : " entries"));
        }
    }

    private Errand errand() {
        return new Errand(spec);
    }
}
