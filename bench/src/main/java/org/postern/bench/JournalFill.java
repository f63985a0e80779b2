package org.postern.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.postern.journal.Entry;
import org.postern.journal.Entry.Caller;
import org.postern.journal.Entry.Fact;
import org.postern.journal.Entry.Found;
import org.postern.journal.Entry.Told;
import org.postern.journal.Field;
import org.postern.journal.Journal;
import org.postern.journal.JournalSettings;
import org.postern.journal.Page;
import org.postern.journal.Query;
import org.postern.journal.Records;
import org.postern.spool.MessageId;

/**
 * Fills a journal with plain sessions of strangers, accepted and delivered: three entries each, with all findings and answers that the standard
 * policy makes of them; then searches it. The times are those of one day.
 */
public final class JournalFill {
    /** Less than the journal's queue: what is handed over is written before more comes, and nothing is dropped. */
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static final int AT_ONCE = 4_000;

    private static final int CLIENTS = 50_000;
    private static final int RECIPIENTS = 100_000;
    private static final Duration DAY = Duration.ofDays(1);

    private final Random random = new Random(9);
    private final long sessions;
    private final long from = Instant.now().minus(DAY).toEpochMilli();

    private JournalFill(long sessions) {
        this.sessions = sessions;
    }

    /** {@code DIRECTORY SESSIONS}. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        long sessions = Long.parseLong(arguments[1]);
        var fill = new JournalFill(sessions);
        var settings = new JournalSettings(Duration.ofDays(30), 1L << 40, JournalSettings.Masking.NONE, 0);
        long began = System.nanoTime();
        try (Journal journal = Journal.open(directory, settings, Clock.systemUTC())) {
            for (long i = 0; i < sessions; i++) {
                fill.session(journal, i);
                if (i % (AT_ONCE / 3) == 0) {
                    journal.find(Query.ANY, Records.NEWEST, 1);
                }
            }
            report("written", sessions * 3, System.nanoTime() - began);
        }
        long octets = size(directory);
        System.out.printf(
                Locale.ROOT,
                "%,d sessions, %,d octets on disk: %.0f a session%n",
                sessions,
                octets,
                1.0 * octets / sessions);
        try (Journal journal = Journal.open(directory, settings, Clock.systemUTC())) {
            journal.find(Query.ANY, Records.NEWEST, 1);
            fill.search(journal);
        }
    }

    private void search(Journal journal) throws IOException {
        for (int round = 0; round < 5; round++) {
            String session = id('s', random.nextLong(sessions));
            time("by session id", journal, Query.of(Field.SESSION, session));
            time(
                    "by recipient, over the day",
                    journal,
                    Query.of(Field.RECIPIENT, recipient(random.nextInt(RECIPIENTS))));
            time("by a recipient's beginning", journal, Query.of(Field.RECIPIENT, "r" + random.nextInt(1_000) + "77*"));
            time("by a client that never came", journal, Query.of(Field.GREETING, "never.example"));
        }
    }

    private static void time(String what, Journal journal, Query query) throws IOException {
        long began = System.nanoTime();
        Page page = journal.find(query, Records.NEWEST, 50);
        System.out.printf(
                Locale.ROOT,
                "search %s: %.0f ms, %d found%n",
                what,
                (System.nanoTime() - began) / 1e6,
                page.entries().size());
    }

    private static void report(String what, long entries, long nanos) {
        System.out.printf(
                Locale.ROOT,
                "%,d entries %s in %.1f s: %,.0f a second%n",
                entries,
                what,
                nanos / 1e9,
                entries / (nanos / 1e9));
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    // --- a session
    // ---------------------------------------------------------------------------------------------------------------

    private void session(Journal journal, long number) {
        long at = at(number);
        int who = random.nextInt(CLIENTS);
        String client = "198.51." + who / 250 % 250 + "." + who % 250;
        String name = "mail" + who + ".good" + who % 700 + ".example";
        String sender = "s" + random.nextInt(1_000_000) + "@good" + who % 700 + ".example";
        String to = recipient(random.nextInt(RECIPIENTS));
        String id = id('s', number);
        String message = id('m', number);
        var caller = new Caller("mx", false, client, "", "ehlo", name, name, "TLSv1.3 TLS_AES_256_GCM_SHA384", false);
        int octets = 2_000 + random.nextInt(50_000);
        journal.write(new Entry.Transaction(
                at,
                id,
                caller,
                Entry.Stage.CONTENT,
                "<" + sender + ">",
                List.of(new Entry.Recipient("<" + to + ">", List.of(), new Told("", "", "250 2.1.5 recipient noted"))),
                new Told("accept", "", "250 2.0.0 kept as " + message),
                message,
                Long.toHexString(random.nextLong()) + "@" + name,
                octets,
                findings(client, name, sender.substring(sender.indexOf('@') + 1)),
                facts(client, name, sender.substring(sender.indexOf('@') + 1)),
                List.of()));
        journal.write(new Entry.Session(
                at + 40, id, caller, "quit", 1, 1, 7, 0, octets + 400L, 700, 120 + random.nextInt(400), List.of()));
        journal.write(new Entry.Attempt(
                at + 60,
                message,
                "local",
                2 + random.nextInt(9),
                20 + random.nextInt(60),
                List.of(new Entry.Tried(
                        "<" + to + ">",
                        "delivered",
                        "",
                        "",
                        "",
                        "",
                        "/var/mail/example.com/" + to.substring(0, to.indexOf('@')),
                        "delivered",
                        0))));
    }

    private static String recipient(int number) {
        return "r" + number + "@example.com";
    }

    /** As a server names them: the milliseconds, and a counter. */
    private String id(char kind, long number) {
        if (kind == 'm') {
            return new MessageId((at(number) << 20) | (number & 0xFFFFF)).toString();
        }
        return kind + "-" + digits(at(number), 10) + digits(number, 5);
    }

    private static String digits(long value, int length) {
        var text = new StringBuilder();
        for (int shift = 5 * length - 5; shift >= 0; shift -= 5) {
            text.append(DIGITS.charAt((int) (value >>> shift) & 31));
        }
        return text.toString();
    }

    private long at(long number) {
        return from + number * DAY.toMillis() / sessions;
    }

    private List<Fact> facts(String client, String name, String domain) {
        String[] octets = client.split("\\.", -1);
        String pointer = octets[3] + "." + octets[2] + "." + octets[1] + "." + octets[0] + ".in-addr.arpa";
        return List.of(
                fact("A " + name, client),
                fact("PTR " + pointer, name),
                fact("TXT " + name, "\"v=spf1 a -all\""),
                fact("MX " + domain, "10 " + name),
                fact("TXT " + domain, "\"v=spf1 mx include:_spf." + domain + " -all\""),
                fact(
                        "TXT k1._domainkey." + domain,
                        "\"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + client + "\""),
                fact("TXT _dmarc." + domain, "\"v=DMARC1; p=reject; rua=mailto:dmarc@" + domain + "\""));
    }

    private Fact fact(String question, String answer) {
        boolean known = random.nextInt(3) > 0;
        return new Fact(
                question,
                answer,
                60 + random.nextInt(3_600),
                known ? 0 : 1 + random.nextInt(80),
                known ? "cache" : "127.0.0.1:53",
                "insecure");
    }

    private static List<Found> findings(String client, String name, String domain) {
        return List.of(
                found("early-talk", "pass", "", "it waited for its turn"),
                found("helo-syntax", "pass", "", name + " is a domain name"),
                found("helo-bare-ip", "pass", "", "it is no bare address"),
                found("helo-fqdn", "pass", "", name + " is fully qualified"),
                found("helo-self", "pass", "", "it does not greet as this server"),
                found("helo-literal", "none", "", "it greets with no address"),
                found("helo-resolves", "pass", "", name + " resolves to " + client, 0),
                found("helo-matches", "pass", "", name + " resolves to " + client, 0),
                found("iprev", "pass", name, client + " is " + name + ", which resolves back to it", 1, 0),
                found("helo-rdns", "pass", "", name + " is its name in reverse DNS"),
                found("helo-dynamic", "pass", "", "no name looks like one of a dynamic address"),
                found("helo-changed", "pass", "", "it keeps to its name"),
                found("spf-helo", "pass", name, name + " permits " + client + ": a", 2, 0),
                found("from-domain", "pass", domain, "the sender's domain " + domain + " takes mail: " + name, 3),
                found("spf", "pass", domain, domain + " permits " + client + ": mx", 4, 3),
                found("dkim", "pass", domain + " k1", "the signature of " + domain + " holds", 5),
                found("arc", "none", "", "nobody who sent it on has sealed it"),
                found("dmarc", "pass", domain, "its author's domain " + domain + " is authenticated by DKIM", 6));
    }

    private static Found found(String check, String result, String subject, String text, Integer... on) {
        return new Found(check, result, "note", "", subject, text, List.of(on));
    }
}
