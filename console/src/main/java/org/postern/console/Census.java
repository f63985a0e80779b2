package org.postern.console;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.postern.config.Config;
import org.postern.config.Listen;
import org.postern.delivery.GreetingWatch;
import org.postern.delivery.OwnGreeting;
import org.postern.dns.CachingResolver;
import org.postern.journal.Journal;
import org.postern.queue.Tally;
import org.postern.route.LocalDomain;
import org.postern.smtp.AddressLiteral;

/**
 * How the server stands, found out when somebody asks. What was found out serves who asks again, for five seconds at least and for a hundred
 * times as long as it took: however often it is asked, it takes a hundredth of a processor at most. Most of what it takes is the queue's
 * ({@link org.postern.queue.Queue#tally}: some 0.2 s for a million messages). Disks are asked, so one that hangs lets who asks hang, and
 * nobody else. Thread-safe.
 */
final class Census {
    private static final Duration LEAST = Duration.ofSeconds(5);
    private static final int TIMES = 100;

    private final Supplier<Watched> watched;
    private final LongSupplier nanos;
    private Optional<Found> found = Optional.empty();

    private record Found(Standing standing, long until) {}

    /** Sessions of one listener. */
    record Sessions(String listener, String role, int sessions) {}

    /** A file system that something of ours is on. */
    record Disk(String directory, long free, long size) {}

    /**
     * Our own greeting.
     *
     * @param isFine whether others will find no fault with it
     */
    record Greeting(boolean isFine, Map<OwnGreeting.Kind, Integer> warnings) {}

    /** What was found out. */
    record Standing(
            List<Sessions> sessions,
            int sessionLimit,
            long turnedAway,
            Tally queue,
            boolean spoolRuns,
            boolean takesMail,
            List<Disk> disks,
            Map<String, Long> certificateEnds,
            int certificatesRefused,
            Map<String, Boolean> zones,
            CachingResolver.Figures dns,
            Optional<Greeting> greeting,
            boolean journalIsOn,
            boolean journalStands,
            long journalWaiting,
            long journalLost) {
        Standing {
            sessions = List.copyOf(sessions);
            disks = List.copyOf(disks);
            certificateEnds = Map.copyOf(certificateEnds);
            zones = Map.copyOf(zones);
        }
    }

    Census(Supplier<Watched> watched, LongSupplier nanos) {
        this.watched = watched;
        this.nanos = nanos;
    }

    /** How it stands, or stood a moment ago. */
    synchronized Standing now() {
        long begun = nanos.getAsLong();
        if (found.isPresent() && begun - found.get().until() < 0) {
            return found.get().standing();
        }
        Standing standing = look(watched.get());
        long end = nanos.getAsLong();
        found = Optional.of(new Found(standing, end + Math.max(LEAST.toNanos(), TIMES * (end - begun))));
        return standing;
    }

    private static Standing look(Watched now) {
        Journal journal = now.journal();
        Map<String, Long> ends = new TreeMap<>();
        now.certificates().ends().forEach((name, end) -> ends.put(name, end.getEpochSecond()));
        Map<String, Boolean> zones = new TreeMap<>();
        now.examiner().watch().standing().forEach((zone, fault) -> zones.put(zone.text(), fault.isEmpty()));
        return new Standing(
                sessions(now),
                now.server().limit(),
                now.server().turnedAway(),
                now.queue().tally(),
                now.spool().isRunning(),
                Health.hindrances(now).isEmpty(),
                disks(now.config()),
                ends,
                now.certificates().refused(),
                zones,
                now.resolver().figures(),
                now.greeting().flatMap(GreetingWatch::last).map(Census::greeting),
                journal.isOn(),
                journal.isStanding(),
                journal.waiting(),
                journal.lost());
    }

    private static List<Sessions> sessions(Watched now) {
        Map<InetSocketAddress, Integer> there = new HashMap<>(now.server().sessionsByListener());
        var sessions = new ArrayList<Sessions>();
        for (Listen listen : now.config().listen()) {
            Integer count = there.remove(listen.address());
            sessions.add(new Sessions(
                    AddressLiteral.text(listen.address()),
                    listen.role().name().toLowerCase(Locale.ROOT),
                    count == null ? 0 : count));
        }
        // They go on to their end, though nobody is let in there any more.
        there.forEach((address, count) -> sessions.add(new Sessions(AddressLiteral.text(address), "gone", count)));
        return sessions;
    }

    private static Greeting greeting(List<OwnGreeting.Warning> warnings) {
        Map<OwnGreeting.Kind, Integer> kinds = new HashMap<>();
        warnings.forEach(warning -> kinds.merge(warning.kind(), 1, Integer::sum));
        return new Greeting(!kinds.containsKey(OwnGreeting.Kind.FAULT), Map.copyOf(kinds));
    }

    // --- disks
    // -----------------------------------------------------------------------------------------------------------------

    private static List<Disk> disks(Config config) {
        Map<String, Path> places = new TreeMap<>();
        places.put(config.data().toString(), config.data());
        for (LocalDomain domain : config.domains()) {
            if (domain.deliver() instanceof LocalDomain.Delivery.IntoMaildir into) {
                Path root = root(into.template().text());
                places.put(root.toString(), root);
            }
        }
        var disks = new ArrayList<Disk>();
        places.forEach((name, place) -> disk(name, place).ifPresent(disks::add));
        return disks;
    }

    /** What all Maildirs of that template are in. */
    static Path root(String template) {
        int brace = template.indexOf('{');
        String fixed = brace < 0 ? template : template.substring(0, brace);
        int slash = fixed.lastIndexOf('/');
        return Path.of(brace < 0 ? template : fixed.substring(0, Math.max(1, slash)));
    }

    /** What can't be looked at is left out: an alert notices that. */
    private static Optional<Disk> disk(String name, Path place) {
        try {
            // A Maildir need not be there before its first message.
            Path there = place;
            while (Files.notExists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            FileStore store = Files.getFileStore(there);
            return Optional.of(new Disk(name, store.getUsableSpace(), store.getTotalSpace()));
        } catch (IOException problem) {
            return Optional.empty();
        }
    }
}
