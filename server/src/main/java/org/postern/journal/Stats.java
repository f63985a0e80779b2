package org.postern.journal;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.postern.policy.Net;

/**
 * What entries of a time come to, in bounded memory. For one thread; two may each count a part of the entries, and one adds the other's, in
 * whatever order.
 */
public final class Stats {
    /** Keys of a grouping. */
    public static final int KEYS = 100_000;

    /** Parts of the time. */
    public static final int SLOTS = 48;

    /** Gaps that are kept one by one. */
    private static final int MOST_GAPS = 20;

    private static final Comparator<Entry.Gap> WORST = Comparator.comparingLong((Entry.Gap gap) -> -gap.dropped())
            .thenComparingLong(Entry.Gap::at)
            .thenComparing(Entry.Gap::why);

    /** What may be grouped. */
    public enum By {
        /** The net of the client's address: /24, /64. */
        CLIENT,
        /** The name that it greeted by. */
        NAME,
        /** The sender's domain. */
        DOMAIN,
        /** The check that decided; always done. */
        CHECK,
        /** Where messages go; always done. */
        DESTINATION
    }

    private final long since;
    private final long until;
    private final Optional<By> by;
    private final Traffic all = new Traffic();
    private final Grouping<Traffic> traffic;
    private final Grouping<Traffic> checks;
    private final Handovers handedOver = new Handovers();
    private final Grouping<Handovers> destinations;
    private final Slot[] slots = new Slot[SLOTS];
    private final List<Entry.Gap> gaps = new ArrayList<>();
    private long entries;
    private long unknown;
    private long limitedSessions;
    private long in;
    private long out;
    private long leftHere;
    private long reports;
    private long gapCount;
    private long missing;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    /**
     * Nothing yet.
     *
     * @param since entries before that are not counted
     * @param until nor those from then on; later than {@code since}
     * @param by what else to group traffic by
     */
    public Stats(Instant since, Instant until, Optional<By> by) {
        this(since, until, by, KEYS);
    }

    Stats(Instant since, Instant until, Optional<By> by, int keys) {
        this.since = since.toEpochMilli();
        this.until = until.toEpochMilli();
        if (this.until <= this.since) {
            throw new IllegalArgumentException(since + " is not before " + until);
        }
        this.by = by;
        this.traffic = new Grouping<>(keys, Traffic::new);
        this.checks = new Grouping<>(keys, Traffic::new);
        this.destinations = new Grouping<>(keys, Handovers::new);
        Arrays.setAll(slots, _ -> new Slot());
    }

    /** Counts an entry, where it is of that time. */
    public void add(Entry entry) {
        if (entry instanceof Entry.Gap gap) {
            // It is written when it is over.
            if (gap.at() >= since && gap.since() < until) {
                gap(gap);
            }
            return;
        }
        if (entry.at() < since || entry.at() >= until) {
            return;
        }
        entries++;
        first = Math.min(first, entry.at());
        last = Math.max(last, entry.at());
        switch (entry) {
            case Entry.Transaction one -> transaction(one);
            case Entry.Session one -> session(one);
            case Entry.Attempt one -> {
                handedOver.add(one);
                destinations.row(Terms.word(one.destination())).add(one);
                slot(one.at()).add(one);
            }
            case Entry.Event one -> {
                leftHere += one.what() == Entry.What.LEFT_HERE ? 1 : 0;
                reports += one.what() == Entry.What.REPORT ? 1 : 0;
            }
            case Entry.Gap _ -> {}
        }
    }

    /** Counts an entry that this Postern can't read. */
    public void addUnknown() {
        unknown++;
    }

    /** Adds what {@code other} has counted, of the same time. */
    public void add(Stats other) {
        all.add(other.all);
        traffic.add(other.traffic);
        checks.add(other.checks);
        handedOver.add(other.handedOver);
        destinations.add(other.destinations);
        for (int i = 0; i < SLOTS; i++) {
            slots[i].add(other.slots[i]);
        }
        entries += other.entries;
        unknown += other.unknown;
        limitedSessions += other.limitedSessions;
        in += other.in;
        out += other.out;
        leftHere += other.leftHere;
        reports += other.reports;
        gapCount += other.gapCount;
        missing += other.missing;
        gaps.addAll(other.gaps);
        keepWorst();
        first = Math.min(first, other.first);
        last = Math.max(last, other.last);
    }

    private void transaction(Entry.Transaction one) {
        Decision decision = Decision.of(one);
        all.add(one, decision);
        slot(one.at()).traffic().add(one, decision);
        String check = one.decided().by();
        if (!check.isEmpty()) {
            checks.row(Terms.word(check)).add(one, decision);
        }
        if (by.isPresent()) {
            switch (by.get()) {
                case CLIENT -> traffic.row(net(one.caller())).add(one, decision);
                case NAME -> traffic.row(Terms.word(one.caller().name())).add(one, decision);
                case DOMAIN -> traffic.row(domain(one.from())).add(one, decision);
                case CHECK, DESTINATION -> {}
            }
        }
    }

    private void session(Entry.Session one) {
        all.addSession();
        slot(one.at()).traffic().addSession();
        in += one.in();
        out += one.out();
        limitedSessions += wasTurnedAway(one) ? 1 : 0;
        if (by.isPresent()) {
            switch (by.get()) {
                case CLIENT -> traffic.row(net(one.caller())).addSession();
                case NAME -> traffic.row(Terms.word(one.caller().name())).addSession();
                case DOMAIN, CHECK, DESTINATION -> {}
            }
        }
    }

    private static boolean wasTurnedAway(Entry.Session one) {
        return one.transactions() == 0
                && one.refused().stream()
                        .map(refused -> Decision.of(refused.told().verdict()))
                        .anyMatch(Decision.LIMITED::equals);
    }

    private void gap(Entry.Gap gap) {
        gapCount++;
        missing += gap.dropped();
        gaps.add(gap);
        keepWorst();
    }

    private void keepWorst() {
        gaps.sort(WORST);
        if (gaps.size() > MOST_GAPS) {
            gaps.subList(MOST_GAPS, gaps.size()).clear();
        }
    }

    private Slot slot(long at) {
        return slots[(int) ((at - since) * SLOTS / (until - since))];
    }

    /** The /24 or /64 that the address lies in; empty when there is none. */
    private static String net(Entry.Caller caller) {
        return Net.address(caller.client()).map(Stats::net).orElse("");
    }

    private static String net(InetAddress address) {
        byte[] octets = address.getAddress();
        int bits = octets.length == 4 ? 24 : 64;
        Arrays.fill(octets, bits / 8, octets.length, (byte) 0);
        try {
            return new Net(InetAddress.getByAddress(octets), bits).toString();
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Of {@code <ann@example.org>}; {@code <>} of reports, empty when none was said. */
    private static String domain(String path) {
        String bare = Terms.bare(path);
        return Terms.word(bare.substring(bare.lastIndexOf('@') + 1));
    }

    // --- what came out
    // -----------------------------------------------------------------------------------------------------------

    /** From when on. */
    public Instant since() {
        return Instant.ofEpochMilli(since);
    }

    /** Before when. */
    public Instant until() {
        return Instant.ofEpochMilli(until);
    }

    /** Entries of that time, but for gaps and unknown ones. */
    public long entries() {
        return entries;
    }

    /** Entries, perhaps of that time, that this Postern can't read. */
    public long unknown() {
        return unknown;
    }

    /** When the first entry was written; empty when there is none. */
    public Optional<Instant> first() {
        return entries == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first));
    }

    /** When the last entry was written; empty when there is none. */
    public Optional<Instant> last() {
        return entries == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(last));
    }

    /** What all clients brought. */
    public Traffic all() {
        return all;
    }

    /** Octets that came in sessions. */
    public long in() {
        return in;
    }

    /** Octets that were sent in sessions. */
    public long out() {
        return out;
    }

    /** Sessions that came to nothing because a rate was used up. */
    public long limitedSessions() {
        return limitedSessions;
    }

    /** Messages that programs on this host left in the maildrop. */
    public long leftHere() {
        return leftHere;
    }

    /** Messages that are reports of ours. */
    public long reports() {
        return reports;
    }

    /** Traffic by client, name or domain, where that was asked for; of who had none under an empty key. */
    public Grouping<Traffic> traffic() {
        return traffic;
    }

    /** Transactions by the check that decided. */
    public Grouping<Traffic> checks() {
        return checks;
    }

    /** All deliveries. */
    public Handovers handedOver() {
        return handedOver;
    }

    /** Deliveries by destination. */
    public Grouping<Handovers> destinations() {
        return destinations;
    }

    /** {@value #SLOTS} parts of the time, each as long as the others. */
    public List<Slot> slots() {
        return List.of(slots);
    }

    /** When the slot of that number begins; that of {@link #SLOTS} is the end. */
    public Instant slotBegin(int slot) {
        // The first millisecond that falls into it.
        return Instant.ofEpochMilli(since + Math.ceilDiv(slot * (until - since), SLOTS));
    }

    /** How many gaps the journal has in that time. */
    public long gapCount() {
        return gapCount;
    }

    /** Entries that are missing in that time. */
    public long missing() {
        return missing;
    }

    /** The worst gaps, {@value #MOST_GAPS} at most. */
    public List<Entry.Gap> gaps() {
        return List.copyOf(gaps);
    }
}
