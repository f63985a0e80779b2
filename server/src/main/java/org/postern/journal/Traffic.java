package org.postern.journal;

import java.util.EnumMap;
import java.util.Map;

/** What somebody brought, and what was decided of it. */
public final class Traffic implements Grouping.Row<Traffic> {
    private final Map<Decision, Long> decisions = new EnumMap<>(Decision.class);
    private long sessions;
    private long transactions;
    private long messages;
    private long octets;

    void add(Entry.Transaction one, Decision decision) {
        transactions++;
        decisions.merge(decision, 1L, Long::sum);
        if (!one.message().isEmpty()) {
            messages++;
            octets += one.octets();
        }
    }

    void addSession() {
        sessions++;
    }

    @Override
    public void add(Traffic other) {
        other.decisions.forEach((decision, count) -> decisions.merge(decision, count, Long::sum));
        sessions += other.sessions;
        transactions += other.transactions;
        messages += other.messages;
        octets += other.octets;
    }

    @Override
    public long weight() {
        return sessions + transactions;
    }

    /** Sessions that are over. */
    public long sessions() {
        return sessions;
    }

    /** Transactions, as far as they got. */
    public long transactions() {
        return transactions;
    }

    /** Messages that were kept. */
    public long messages() {
        return messages;
    }

    /** Their octets. */
    public long octets() {
        return octets;
    }

    /** Transactions of which that was decided. */
    public long decided(Decision decision) {
        return decisions.getOrDefault(decision, 0L);
    }

    /** Transactions that were refused, for now or for good. */
    public long refusals() {
        long refusals = 0;
        for (Decision decision : Decision.values()) {
            refusals += decision.isRefusal() ? decided(decision) : 0;
        }
        return refusals;
    }
}
