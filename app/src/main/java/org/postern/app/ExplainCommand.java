package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.Details;
import org.postern.control.Request;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.journal.Codec;
import org.postern.journal.Entry;
import org.postern.journal.Field;
import org.postern.journal.Page;
import org.postern.journal.Query;
import org.postern.journal.Records;
import org.postern.journal.Story;
import org.postern.journal.Words;
import org.postern.smtp.Mailbox;
import org.postern.spool.MessageId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern explain}: what became of a session or a message, and why. */
@Command(
        name = "explain",
        description =
                "Tell why a session or a message fared as it did: the answer, what it rests on, and what mends it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Asks the server of the data directory; when none runs, its journal.",
            "Exit codes: 0 it was taken and delivered, 1 it was not, or nothing is known of it, 2 usage, 75 the journal"
                    + " can't be read now."
        })
final class ExplainCommand implements Callable<Integer> {
    /** Rows for an address. */
    private static final int ROWS = 50;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Parameters(
            paramLabel = "ID",
            description =
                    "A session (s-...) or message (m-...) as the log and each refusal name it, a Message-ID in angle"
                            + " brackets, or the address of a sender or recipient.")
    private String what;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Past.class,
            description = "For an address: not before that, as 2h, 7d, today, 2026-11-28T22:15. By default 7d.")
    private @Nullable Instant since;

    @Option(names = "--now", description = "Ask DNS again, and tell what is answered today beside what was then.")
    private boolean now;

    @Option(names = "--json", description = "For programs: docs/explain.schema.json.")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    ExplainCommand() {}

    @Override
    public Integer call() throws IOException, Unusable {
        Config config = option.valid().config();
        Optional<Reach.Telling> telling = Reach.telling(config);
        if (telling.isEmpty()) {
            return errand().notThere("nothing is known of it: there is no journal yet in " + config.data());
        }
        try (Reach.Telling journal = telling.get()) {
            return switch (find(journal.records())) {
                case Found.One(Story story) -> tell(story, config);
                case Found.Many(List<Page.Numbered> entries, boolean more) -> list(entries, more);
                case Found.None(String why) -> errand().notThere(why);
            };
        }
    }

    private sealed interface Found {
        record One(Story story) implements Found {}

        record Many(List<Page.Numbered> entries, boolean more) implements Found {}

        record None(String why) implements Found {}
    }

    // --- finding it
    // --------------------------------------------------------------------------------------------------------------

    private Found find(Records records) throws IOException {
        String id = what.toUpperCase(Locale.ROOT);
        if (id.matches("S-[0-9A-Z]{10,20}")) {
            return one(Story.ofSession(records, what));
        }
        if (id.matches("M-[0-9A-Z]{13}")) {
            return one(Story.ofMessage(records, what));
        }
        if (what.startsWith("<") && what.endsWith(">") && what.length() > 2) {
            Query query = Query.of(Field.MESSAGE_ID, what.substring(1, what.length() - 1));
            return some(records, records.find(query, Records.NEWEST, ROWS + 1));
        }
        if (Mailbox.parse(what).isPresent()) {
            return ofAddress(records);
        }
        throw new ParameterException(
                spec.commandLine(),
                "'" + Harmless.text(what)
                        + "' is none of: a session as s-01M88T3BE05DD9V, a message as m-1M88T3BE00000, a Message-ID as"
                        + " '<a1@example.org>', an address as ann@example.org");
    }

    private Found one(Optional<Story> story) {
        return story.<Found>map(Found.One::new).orElseGet(this::unknown);
    }

    private Found unknown() {
        return new Found.None(
                "nothing is known of " + what + ": it never was here, or longer ago than journal.keep says");
    }

    private Found ofAddress(Records records) throws IOException {
        Optional<Instant> from = Optional.of(since == null ? Instant.now().minus(Duration.ofDays(7)) : since);
        var found = new LinkedHashMap<Long, Page.Numbered>();
        boolean more = false;
        for (Field field : List.of(Field.SENDER, Field.RECIPIENT)) {
            Query query = Query.ANY.with(field, Words.of(what)).within(from, Optional.empty());
            Page page = records.find(query, Records.NEWEST, ROWS);
            page.entries().forEach(one -> found.put(one.number(), one));
            more |= page.next().isPresent();
        }
        List<Page.Numbered> newest = found.values().stream()
                .sorted(Comparator.comparingLong(Page.Numbered::number).reversed())
                .limit(ROWS)
                .toList();
        return some(records, new Page(newest, more ? java.util.OptionalLong.of(0) : java.util.OptionalLong.empty()));
    }

    /** A story where there is but one; else rows to choose from. */
    private Found some(Records records, Page page) throws IOException {
        Map<String, Page.Numbered> stories = new LinkedHashMap<>();
        for (Page.Numbered one : page.entries()) {
            switch (one.entry()) {
                case Entry.Transaction transaction ->
                    stories.put(transaction.message().isEmpty() ? transaction.session() : transaction.message(), one);
                case Entry.Attempt attempt -> stories.putIfAbsent(attempt.message(), one);
                case Entry.Event event -> stories.putIfAbsent(event.message(), one);
                case Entry.Session _, Entry.Gap _ -> {}
            }
        }
        if (stories.isEmpty()) {
            return new Found.None("nothing is known of " + what
                    + (page.entries().isEmpty() ? "" : " but attempts") + " since then: see --since");
        }
        if (stories.size() == 1) {
            String id = stories.keySet().iterator().next();
            return one(id.startsWith("m-") ? Story.ofMessage(records, id) : Story.ofSession(records, id));
        }
        return new Found.Many(List.copyOf(stories.values()), page.next().isPresent());
    }

    // --- telling it
    // --------------------------------------------------------------------------------------------------------------

    private int tell(Story story, Config config) throws IOException, Unusable {
        Map<String, String> today = now ? askAgain(story, config) : Map.of();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Harmless.json(StoryJson.of(story, today)));
        } else {
            out.print(new StoryText(
                            spec.commandLine().getColorScheme().ansi(),
                            ZoneId.systemDefault(),
                            Clock.systemUTC().instant())
                    .of(story, today, waiting(story, config)));
        }
        out.flush();
        return story.fine() ? 0 : 1;
    }

    /** What the queue knows of those that still wait. */
    private static List<Details> waiting(Story story, Config config) throws IOException, Unusable {
        Optional<Control> reached = story.isSettled() ? Optional.empty() : Reach.of(config);
        if (reached.isEmpty()) {
            return List.of();
        }
        var details = new ArrayList<Details>();
        try (Control control = reached.get()) {
            for (Story.Message message : story.messages()) {
                Optional<MessageId> id = MessageId.parse(message.id());
                if (id.isPresent() && control.ask(new Request.Show(id.get())) instanceof Answer.Message(Details one)) {
                    details.add(one);
                }
            }
        }
        return details;
    }

    /** What DNS says now to each question that was asked then. */
    private static Map<String, String> askAgain(Story story, Config config) {
        Resolver resolver = new CachingResolver(config.dns().settings());
        Map<String, String> answers = new LinkedHashMap<>();
        for (Entry.Transaction transaction : story.transactions()) {
            for (Entry.Fact fact : transaction.facts()) {
                question(fact.question())
                        .ifPresent(asked -> answers.computeIfAbsent(
                                fact.question(), _ -> resolver.ask(asked).said()));
            }
        }
        return answers;
    }

    /** {@code A mail.example.com}; empty for what a filter was asked. */
    private static Optional<Question> question(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Question(new DnsName(words[1]), RecordType.valueOf(words[0])));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    private int list(List<Page.Numbered> entries, boolean more) {
        var text = new StoryText(
                spec.commandLine().getColorScheme().ansi(),
                ZoneId.systemDefault(),
                Clock.systemUTC().instant());
        for (Page.Numbered one : entries) {
            errand().say(json ? Harmless.json(Codec.text(one.entry())) : text.line(one.entry()));
        }
        if (!json) {
            errand().say((more ? "and more before: see --since; " : "") + "for one of them: postern explain ID"
                    + option.again());
        }
        return 0;
    }

    private Errand errand() {
        return new Errand(spec);
    }
}
