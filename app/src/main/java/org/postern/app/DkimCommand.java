package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.postern.config.Config;
import org.postern.dns.CachingResolver;
import org.postern.dns.Resolver;
import org.postern.signing.KeyFile;
import org.postern.signing.MadeKey;
import org.postern.signing.MadeKeys;
import org.postern.smtp.Domain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern dkim}: the keys that what leaves is signed with. */
@Command(
        name = "dkim",
        description = "Make keys to sign mail with, and see which of them stand in DNS.",
        mixinStandardHelpOptions = true)
final class DkimCommand {
    private static final int FINE = 0;
    private static final int NOT_FINE = 1;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets spec
    DkimCommand() {}

    @Command(
            name = "new",
            description = "Make two keys for a domain, RSA and Ed25519, and print the DNS records to publish. A"
                + " running server signs with them once it has seen the records, and with the former ones until then:"
                + " call it again to change keys.",
            mixinStandardHelpOptions = true)
    int make(
            @Mixin ConfigOption option,
            @Parameters(paramLabel = "DOMAIN", description = "Whose mail is to be signed: the domain of its From.")
                    String domain)
            throws Unusable, IOException {
        Config config = option.valid().config();
        Domain own = Domain.parse(Domain.withALabelsOnly(domain))
                .filter(MadeKeys::canHaveKeys)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), Harmless.text("DOMAIN should be a domain as example.com, not " + domain)));
        List<MadeKey> keys =
                Rooms.madeKeys(config).make(own, LocalDate.ofInstant(Instant.now(), ZoneId.systemDefault()));
        DataDirectory.open(config.data());
        PrintWriter out = spec.commandLine().getOut();
        out.println("Publish these records of " + own + ":\n");
        keys.forEach(key -> out.println(key.zoneLine()));
        out.println("\nWhere a form asks for name and value:\n");
        for (MadeKey key : keys) {
            out.println("name   " + key.file().selector() + "._domainkey");
            out.println("type   TXT");
            out.println("value  " + key.record() + "\n");
        }
        out.println("""
            The private keys are in %s.
            A running server looks for the records every minute, and signs with these keys once it sees them; until
            then with the ones before, if there are any. The records of those have to stay a week longer. How far it is:
              postern dkim list%s\
            """.formatted(keys.getFirst().file().file().getParent(), option.again()));
        out.flush();
        return FINE;
    }

    @Command(
            name = "list",
            description = "Show the keys, which of them sign, and what DNS has now.",
            mixinStandardHelpOptions = true,
            footer = {"", "Exit codes: 0 what signs stands in DNS, 1 it does not, or nothing signs, 2 usage."})
    int list(
            @Mixin ConfigOption option, @Option(names = "--json", description = "Say it as a JSON array.") boolean json)
            throws Unusable, IOException {
        Config config = option.valid().config();
        Resolver resolver = new CachingResolver(config.dns().settings());
        var rows = new ArrayList<DkimRow>();
        for (KeyFile file : config.signing()) {
            rows.add(DkimRow.of(file, resolver));
        }
        List<MadeKey> keys = Rooms.madeKeys(config).all();
        keys.forEach(key -> rows.add(DkimRow.of(key, keys, resolver)));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.shared()
                    .writeValueAsString(rows.stream().map(DkimRow::json).toList()));
        } else if (rows.isEmpty()) {
            out.println("There are no keys yet. To make some: postern dkim new DOMAIN" + option.again());
        } else {
            print(rows, out);
        }
        out.flush();
        boolean fine = rows.stream().anyMatch(DkimRow::signs)
                && rows.stream().noneMatch(row -> row.signs() && row.presence() != DkimRow.Presence.THERE);
        return fine ? FINE : NOT_FINE;
    }

    private static void print(List<DkimRow> rows, PrintWriter out) {
        int domain = width(rows, row -> row.file().domain().canonical());
        int selector = width(rows, row -> row.file().selector());
        int state = width(rows, DkimRow::state);
        String format = "%-" + domain + "s  %-" + selector + "s  %-14s  %-" + state + "s  %s";
        rows.forEach(row -> out.println(Harmless.text(String.format(
                Locale.ROOT,
                format,
                row.file().domain().canonical(),
                row.file().selector(),
                row.algorithm().tag(),
                row.state(),
                row.dns()))));
        List<String> advice = rows.stream()
                .map(DkimRow::advice)
                .filter(line -> !line.isEmpty())
                .toList();
        if (!advice.isEmpty()) {
            out.println();
            advice.forEach(out::println);
        }
        List<String> lines =
                rows.stream().flatMap(row -> row.toPublish().stream()).toList();
        if (!lines.isEmpty()) {
            out.println("\nTo publish:\n");
            lines.forEach(out::println);
        }
    }

    private static int width(List<DkimRow> rows, Function<DkimRow, String> column) {
        return rows.stream().map(column).mapToInt(String::length).max().orElse(1);
    }
}
