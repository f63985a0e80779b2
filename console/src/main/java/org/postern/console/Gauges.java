package org.postern.console;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.postern.delivery.OwnGreeting;
import org.postern.queue.Tally;

/** Shows the {@link Census}. Not thread-safe. */
final class Gauges {
    private final MeterRegistry registry;
    private final Census census;
    private final MultiGauge sessions;
    private final MultiGauge messages;
    private final MultiGauge parts;
    private final MultiGauge diskFree;
    private final MultiGauge diskSize;
    private final MultiGauge certificates;
    private final MultiGauge zones;
    private final MultiGauge greeting;
    private final MultiGauge greetingWarnings;
    private final MultiGauge journal;

    Gauges(MeterRegistry registry, Census census) {
        this.registry = registry;
        this.census = census;
        this.sessions = many("postern.sessions.open", "Sessions now.");
        this.messages = many("postern.queue.messages", "Messages in the spool, by what they wait for.");
        this.parts =
                many("postern.queue.parts", "What waits or is under way, a part for each destination of a message.");
        this.diskFree = many("postern.disk.free.bytes", "Octets that are free for us on the disk of a directory.");
        this.diskSize = many("postern.disk.size.bytes", "Octets that the disk of a directory has.");
        this.certificates = many(
                "postern.certificate.not.after.timestamp.seconds", "When the certificate for a name ends, since 1970.");
        this.zones = many("postern.dnsbl.zone.up", "1 while a list in DNS is in order and asked, 0 while it is off.");
        this.greeting = many(
                "postern.own.greeting.up",
                "1 while others will find no fault with our own greeting, 0 when they will.");
        this.greetingWarnings = many("postern.own.greeting.warnings", "Warnings about our own greeting.");
        this.journal = many("postern.journal.up", "1 while the journal is written, 0 while it stands still.");
        single();
    }

    private MultiGauge many(String name, String help) {
        return MultiGauge.builder(name).description(help).register(registry);
    }

    private void single() {
        gauge("postern.sessions.limit", "Sessions that there may be at once.", Census.Standing::sessionLimit);
        counter(
                "postern.sessions.turned.away",
                "Clients that got 421 in place of the banner.",
                Census.Standing::turnedAway);
        gauge(
                "postern.spool.up",
                "1 while the spool works, 0 once a write to it has failed.",
                one -> number(one.spoolRuns()));
        gauge("postern.ready", "1 while mail is taken, as /readyz says.", one -> number(one.takesMail()));
        // Where nothing waits that is an age of 0, so that an alert comes to its end.
        gauge(
                "postern.queue.oldest.age.seconds",
                "Age of the oldest message that waits to be delivered.",
                one -> one.queue().oldest().map(age -> age.toMillis() / 1_000.0).orElse(0.0));
        gauge(
                "postern.queue.destinations.suspended",
                "Destinations that the operator has suspended.",
                one -> one.queue().suspendedDestinations());
        gauge(
                "postern.queue.destinations.unreached",
                "Destinations where nobody was reached the last time.",
                one -> one.queue().unreachedDestinations());
        gauge(
                "postern.certificates.refused",
                "New certificates that can't be used, so that older ones stay in force.",
                Census.Standing::certificatesRefused);
        gauge("postern.journal.waiting", "Entries that wait to be written.", Census.Standing::journalWaiting);
        counter("postern.journal.lost", "Entries that were lost to the journal.", Census.Standing::journalLost);
        gauge(
                "postern.dns.cache.entries",
                "Answers of DNS that are remembered.",
                one -> one.dns().entries());
        gauge(
                "postern.dns.questions.open",
                "Questions to DNS under way.",
                one -> one.dns().underWay());
        counter(
                "postern.dns.questions",
                "Questions to DNS, by what they came to.",
                "result",
                "answered",
                one -> one.dns().answered());
        counter(
                "postern.dns.questions",
                "Questions to DNS, by what they came to.",
                "result",
                "failed",
                one -> one.dns().failed());
        counter(
                "postern.dns.questions",
                "Questions to DNS, by what they came to.",
                "result",
                "cached",
                one -> one.dns().cached());
    }

    private void gauge(String name, String help, ToDoubleFunction<Census.Standing> value) {
        Gauge.builder(name, census, one -> value.applyAsDouble(one.now()))
                .description(help)
                .register(registry);
    }

    private void counter(String name, String help, ToDoubleFunction<Census.Standing> value) {
        FunctionCounter.builder(name, census, one -> value.applyAsDouble(one.now()))
                .description(help)
                .register(registry);
    }

    private void counter(String name, String help, String label, String word, ToDoubleFunction<Census.Standing> value) {
        FunctionCounter.builder(name, census, one -> value.applyAsDouble(one.now()))
                .description(help)
                .tag(label, word)
                .register(registry);
    }

    /** Puts the rows of now in the place of those before: listeners, zones, certificates and disks come and go. */
    void refresh() {
        Census.Standing now = census.now();
        rows(
                sessions,
                now.sessions().stream()
                        .map(one -> row(one.sessions(), "listener", one.listener(), "role", one.role()))
                        .toList());
        Tally queue = now.queue();
        rows(
                messages,
                List.of(
                        row(queue.waiting(), "state", "waiting"),
                        row(queue.held(), "state", "held"),
                        row(queue.quarantined(), "state", "quarantined"),
                        row(queue.undeliverable(), "state", "undeliverable")));
        rows(
                parts,
                List.of(
                        row(queue.due(), "state", "due"),
                        row(queue.later(), "state", "later"),
                        row(queue.suspended(), "state", "suspended"),
                        row(queue.underWay(), "state", "under-way")));
        rows(
                diskFree,
                now.disks().stream()
                        .map(disk -> row(disk.free(), "directory", disk.directory()))
                        .toList());
        rows(
                diskSize,
                now.disks().stream()
                        .map(disk -> row(disk.size(), "directory", disk.directory()))
                        .toList());
        var ends = new ArrayList<Row<?>>();
        now.certificateEnds().forEach((name, end) -> ends.add(row(end, "name", name)));
        rows(certificates, ends);
        var lists = new ArrayList<Row<?>>();
        now.zones().forEach((zone, isUp) -> lists.add(row(number(isUp), "zone", zone)));
        rows(zones, lists);
        rows(
                greeting,
                now.greeting().stream().map(one -> row(number(one.isFine()))).toList());
        var warnings = new ArrayList<Row<?>>();
        now.greeting().ifPresent(one -> {
            for (OwnGreeting.Kind kind : OwnGreeting.Kind.values()) {
                warnings.add(row(one.warnings().getOrDefault(kind, 0), "kind", Words.word(kind)));
            }
        });
        rows(greetingWarnings, warnings);
        rows(journal, now.journalIsOn() ? List.of(row(number(!now.journalStands()))) : List.of());
    }

    private static void rows(MultiGauge gauge, List<? extends Row<?>> rows) {
        gauge.register(List.copyOf(rows), true);
    }

    private static Row<?> row(Number value, String... labels) {
        return Row.of(Tags.of(labels), value);
    }

    private static int number(boolean yes) {
        return yes ? 1 : 0;
    }
}
