package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.postern.config.Config;
import org.postern.dns.Answer;
import org.postern.dns.CachingResolver;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.signing.KeyStanding;
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

    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE;

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
            The server looks for the records every minute, and signs from then on; the keys before, if there are
            any, sign until then, and their records must stay a week longer. To see how far it is:
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
        List<MadeKey> keys = Rooms.madeKeys(config).all();
        var rows = new ArrayList<Row>();
        for (MadeKey key : keys) {
            rows.add(new Row(key, KeyStanding.of(key, keys), resolver.ask(key.name(), RecordType.TXT)));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.shared()
                    .writeValueAsString(rows.stream().map(Row::json).toList()));
        } else if (rows.isEmpty()) {
            out.println("There are no keys yet. To make some: postern dkim new DOMAIN" + option.again());
        } else {
            rows.forEach(row -> out.println(row.line()));
            rows.stream().map(Row::advice).filter(line -> !line.isEmpty()).forEach(out::println);
        }
        out.flush();
        boolean fine = rows.stream().anyMatch(row -> row.standing instanceof KeyStanding.Signing)
                && rows.stream().noneMatch(row -> row.standing instanceof KeyStanding.Signing && !row.isThere());
        return fine ? FINE : NOT_FINE;
    }

    /** A key, and what DNS says of it now. */
    private record Row(MadeKey key, KeyStanding standing, Answer answer) {
        boolean isThere() {
            return key.isIn(answer);
        }

        private String state() {
            return switch (standing) {
                case KeyStanding.Waiting _ -> "waits for its record";
                case KeyStanding.Signing(Instant since) -> "signs since " + day(since);
                case KeyStanding.Retired retired -> "retired on " + day(retired.since());
            };
        }

        private String dns() {
            return isThere()
                    ? "in DNS"
                    : answer.isFailed() ? "DNS can't be asked: " + answer.said() : "not in DNS: " + answer.said();
        }

        String line() {
            return Harmless.text(String.format(
                    Locale.ROOT,
                    "%-24s %-10s %-14s %-24s %s",
                    key.file().domain(),
                    key.file().selector(),
                    key.algorithm().tag(),
                    state(),
                    dns()));
        }

        /** What is to be done about it. */
        String advice() {
            return switch (standing) {
                case KeyStanding.Waiting _ -> isThere() ? "" : "\nTo publish:\n" + key.zoneLine();
                case KeyStanding.Signing _ ->
                    isThere() || answer.isFailed()
                            ? ""
                            : "\nWhat it signs can't be verified. To publish:\n" + key.zoneLine();
                case KeyStanding.Retired _ when !isThere() -> "";
                case KeyStanding.Retired retired ->
                    "\nThe record of " + key.file().selector() + " may go "
                            + (Instant.now().isAfter(retired.until()) ? "now." : "on " + day(retired.until()) + ".");
            };
        }

        private static String day(Instant instant) {
            return DAY.format(LocalDate.ofInstant(instant, ZoneId.systemDefault()));
        }

        Map<String, Object> json() {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("domain", key.file().domain().name());
            row.put("selector", key.file().selector());
            row.put("algorithm", key.algorithm().tag());
            row.put(
                    "state",
                    switch (standing) {
                        case KeyStanding.Waiting _ -> "waiting";
                        case KeyStanding.Signing _ -> "signing";
                        case KeyStanding.Retired _ -> "retired";
                    });
            row.put("in_dns", isThere());
            row.put("name", key.name().text());
            row.put("record", key.record());
            return row;
        }
    }
}
