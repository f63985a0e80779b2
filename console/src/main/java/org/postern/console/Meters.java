package org.postern.console;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.postern.finding.Check;
import org.postern.finding.Result;
import org.postern.journal.Decision;
import org.postern.journal.Entry;
import org.postern.smtp.server.SessionEnd;

/**
 * Counts what happens, as the journal hears of it. For the journal's thread, which tells of what came together at once: no session and no
 * delivery ever waits for it.
 *
 * <p>Labels have words of ours only, never one that came from outside: who talks to us must not be able to make series.
 */
final class Meters implements Consumer<List<Entry>> {
    /** How old messages are when they are delivered: from what nobody notices to days. */
    private static final Duration[] AGES = {
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(4),
        Duration.ofDays(1),
        Duration.ofDays(5)
    };

    private static final Words ROLES = Words.of("mx", "trusted");
    private static final Words ENDS = Words.of(SessionEnd.Reason.class);
    private static final Words TLS = Words.of("none", "TLSv1.2", "TLSv1.3");
    private static final Words CHECKS = Words.of(Check.class).and("none");
    private static final Words RESULTS = Words.of(Result.class);
    private static final Words OUTCOMES = Words.of("delivered", "later", "failed", "unreachable", "ours", "stuck");
    private static final List<String> KINDS = List.of("local", "host", "mx");

    private final MeterRegistry registry;
    private final Family sessions;
    private final Family sessionIn;
    private final Family sessionOut;
    private final Family commands;
    private final Family refusals;
    private final Family messages;
    private final Family messageBytes;
    private final Family verdicts;
    private final Family recipients;
    private final Family findings;
    private final Family attempts;
    private final Family deliveries;
    private final Family events;
    private final Map<String, Timer> sessionTimes = new HashMap<>();
    private final Map<String, Timer> attemptTimes = new HashMap<>();
    private final Map<String, Timer> ages = new HashMap<>();

    Meters(MeterRegistry registry) {
        this.registry = registry;
        this.sessions = family("postern.sessions", "Sessions that are over, by how they ended.", "role", "end", "tls");
        this.sessionIn = family("postern.session.received.bytes", "Octets that came in sessions.", "role");
        this.sessionOut = family("postern.session.sent.bytes", "Octets that were sent in sessions.", "role");
        this.commands = family("postern.session.commands", "Commands that came in sessions.", "role");
        this.refusals =
                family("postern.session.refusals", "Replies of 4xx and 5xx that were sent in sessions.", "role");
        this.messages = family("postern.messages.received", "Messages that were kept: they have their 250.", "role");
        this.messageBytes = family("postern.messages.received.bytes", "Octets of the messages that were kept.", "role");
        this.verdicts = family(
                "postern.verdicts",
                "Transactions by what was decided of them, and the check that decided.",
                "role",
                "verdict",
                "by");
        this.recipients = family("postern.recipients", "Recipients by what the client was told of them.", "result");
        this.findings = family("postern.findings", "Findings of checks about strangers.", "check", "result");
        this.attempts = family("postern.delivery.attempts", "Attempts to deliver a message to a destination.", "kind");
        this.deliveries = family("postern.deliveries", "What attempts came to, for each recipient.", "kind", "result");
        this.events = family("postern.message.events", "What else happened to messages.", "event");
        begin();
    }

    /** What is sure to be asked for is there from the start: an increase from nothing to one is none to Prometheus. */
    private void begin() {
        for (String role : List.of("mx", "trusted")) {
            List.of(sessionIn, sessionOut, commands, refusals, messages, messageBytes)
                    .forEach(family -> family.of(role));
            for (SessionEnd.Reason reason : SessionEnd.Reason.values()) {
                TLS.known().forEach(tls -> sessions.of(role, Words.word(reason), tls));
            }
            timer(sessionTimes, "postern.session.duration", "How long sessions took.", "role", role);
        }
        List.of("accept", "quarantine", "greylist", "defer", "reject", "limited", "refused", "none")
                .forEach(verdict -> verdicts.of("mx", verdict, "none"));
        List.of("trusted", "limited", "refused", "none").forEach(verdict -> verdicts.of("trusted", verdict, "none"));
        List.of("taken", "greylist", "defer", "reject", "limited", "refused").forEach(recipients::of);
        for (String kind : KINDS) {
            attempts.of(kind);
            OUTCOMES.known().forEach(outcome -> deliveries.of(kind, outcome));
            age(kind);
            timer(attemptTimes, "postern.delivery.attempt.duration", "How long attempts took.", "kind", kind);
        }
        for (Entry.What what : Entry.What.values()) {
            events.of(Words.word(what));
        }
    }

    private Family family(String name, String help, String... labels) {
        return new Family(registry, name, help, List.of(labels));
    }

    @Override
    public void accept(List<Entry> entries) {
        for (Entry entry : entries) {
            switch (entry) {
                case Entry.Transaction one -> count(one);
                case Entry.Session one -> count(one);
                case Entry.Attempt one -> count(one);
                case Entry.Event one -> events.of(Words.word(one.what())).increment();
                case Entry.Gap _ -> {}
            }
        }
    }

    private void count(Entry.Transaction one) {
        String role = ROLES.of(one.caller().role());
        Entry.Told decided = one.decided();
        String by = decided.by().isEmpty() ? "none" : CHECKS.of(decided.by());
        verdicts.of(role, Decision.of(one).word(), by).increment();
        if (!one.message().isEmpty()) {
            messages.of(role).increment();
            messageBytes.of(role).increment((double) one.octets());
        }
        for (Entry.Recipient recipient : one.to()) {
            Decision told = Decision.of(recipient.told().verdict());
            recipients.of(told == Decision.NONE ? "taken" : told.word()).increment();
        }
        for (Entry.Found found : one.findings()) {
            findings.of(CHECKS.of(found.check()), RESULTS.of(found.result())).increment();
        }
    }

    private void count(Entry.Session one) {
        String role = ROLES.of(one.caller().role());
        String tls = one.caller().tls();
        int blank = tls.indexOf(' ');
        String protocol = tls.isEmpty() ? "none" : TLS.of(blank < 0 ? tls : tls.substring(0, blank));
        sessions.of(role, ENDS.of(one.end()), protocol).increment();
        sessionIn.of(role).increment((double) one.in());
        sessionOut.of(role).increment((double) one.out());
        commands.of(role).increment(one.commands());
        refusals.of(role).increment(one.refusals());
        timer(sessionTimes, "postern.session.duration", "How long sessions took.", "role", role)
                .record(one.ms(), TimeUnit.MILLISECONDS);
    }

    private void count(Entry.Attempt one) {
        String kind = kind(one.destination());
        attempts.of(kind).increment();
        timer(attemptTimes, "postern.delivery.attempt.duration", "How long attempts took.", "kind", kind)
                .record(one.ms(), TimeUnit.MILLISECONDS);
        for (Entry.Tried tried : one.tried()) {
            String outcome = OUTCOMES.of(tried.outcome());
            deliveries.of(kind, outcome).increment();
            if (outcome.equals("delivered")) {
                age(kind).record(one.age(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Mailboxes here; a host that the configuration names, as {@code smtp://192.0.2.1:25}; the MX hosts of whatever domain. */
    static String kind(String destination) {
        return destination.equals("local") ? "local" : destination.indexOf(':') >= 0 ? "host" : "mx";
    }

    private Timer timer(Map<String, Timer> timers, String name, String help, String label, String value) {
        return timers.computeIfAbsent(
                value,
                one -> Timer.builder(name).description(help).tag(label, one).register(registry));
    }

    private Timer age(String kind) {
        return ages.computeIfAbsent(
                kind,
                one -> Timer.builder("postern.delivery.age")
                        .description("How old messages were when they were delivered.")
                        .tag("kind", one)
                        .serviceLevelObjectives(AGES)
                        .register(registry));
    }
}
