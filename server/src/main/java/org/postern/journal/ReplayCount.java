package org.postern.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postern.journal.Replay.Outcome;
import org.postern.journal.Replay.Unjudged;
import org.postern.policy.Net;

/** What judging many transactions again came to. For one thread; what others have counted is added with {@link #add(ReplayCount)}. */
public final class ReplayCount {
    /** Examples of each change. */
    private static final int EXAMPLES = 5;

    /** Clients that are counted; past it, new ones are not. */
    private static final int CLIENTS = 100_000;

    private long same;
    private long trusted;
    private long unreadable;
    private final Map<Change, Seen> changes = new HashMap<>();
    private final Map<Unjudged, Long> open = new EnumMap<>(Unjudged.class);

    /** From one verdict to another, and by which checks. */
    public record Change(String was, String wasBy, String is, String isBy) {}

    /** How often something changed. */
    private static final class Seen {
        private long count;
        private final List<String> examples = new ArrayList<>();
        private final Map<String, Long> clients = new HashMap<>();

        private void client(String client, long more) {
            if (clients.size() < CLIENTS || clients.containsKey(client)) {
                clients.merge(client, more, Long::sum);
            }
        }
    }

    /** A change, how often it came, sessions where it did, and the busiest nets of clients. */
    public record Row(Change change, long count, List<String> examples, List<Client> clients) {
        public Row {
            examples = List.copyOf(examples);
            clients = List.copyOf(clients);
        }
    }

    /** How often something came from a net. */
    public record Client(String net, long count) {}

    /** Counts what came of a transaction. */
    public void add(Entry.Transaction one, Outcome outcome) {
        switch (outcome) {
            case Outcome.Trusted _ -> trusted++;
            case Outcome.Open(Unjudged why) -> open.merge(why, 1L, Long::sum);
            case Outcome.Ruled(String verdict, String by) -> {
                Entry.Told was = one.decided();
                if (was.verdict().equals(verdict)) {
                    same++;
                } else {
                    Seen seen =
                            changes.computeIfAbsent(new Change(was.verdict(), was.by(), verdict, by), _ -> new Seen());
                    seen.count++;
                    if (seen.examples.size() < EXAMPLES) {
                        seen.examples.add(one.session());
                    }
                    seen.client(net(one.caller().client()), 1);
                }
            }
        }
    }

    /** Counts an entry that this Postern does not understand. */
    public void addUnreadable() {
        unreadable++;
    }

    /** An IPv4 client counts with its /24, one of IPv6 with its /64. */
    private static String net(String client) {
        return Net.address(client)
                .map(address -> {
                    byte[] octets = address.getAddress();
                    int bits = octets.length == 4 ? 24 : 64;
                    java.util.Arrays.fill(octets, bits / 8, octets.length, (byte) 0);
                    try {
                        return new Net(java.net.InetAddress.getByAddress(octets), bits).toString();
                    } catch (java.net.UnknownHostException impossible) {
                        throw new IllegalStateException(impossible);
                    }
                })
                .orElse(client);
    }

    /** Adds what another has counted. */
    public void add(ReplayCount other) {
        same += other.same;
        trusted += other.trusted;
        unreadable += other.unreadable;
        other.open.forEach((why, count) -> open.merge(why, count, Long::sum));
        other.changes.forEach((change, more) -> {
            Seen seen = changes.computeIfAbsent(change, _ -> new Seen());
            seen.count += more.count;
            more.examples.stream()
                    .limit(Math.max(0, EXAMPLES - seen.examples.size()))
                    .forEach(seen.examples::add);
            more.clients.forEach(seen::client);
        });
    }

    /** Transactions whose verdict stays. */
    public long same() {
        return same;
    }

    /** Those of trusted clients, which are never judged. */
    public long trusted() {
        return trusted;
    }

    /** Entries of another version that could not be read. */
    public long unreadable() {
        return unreadable;
    }

    /** Transactions whose verdict changes. */
    public long changed() {
        return changes.values().stream().mapToLong(seen -> seen.count).sum();
    }

    /** Those that can't be judged, by reason; in the reasons' order. */
    public Map<Unjudged, Long> open() {
        return Map.copyOf(open);
    }

    /** The changes, the most frequent first, each with so many of its busiest nets. */
    public List<Row> changes(int nets) {
        return changes.entrySet().stream()
                .map(entry -> new Row(
                        entry.getKey(),
                        entry.getValue().count,
                        entry.getValue().examples,
                        entry.getValue().clients.entrySet().stream()
                                .map(client -> new Client(client.getKey(), client.getValue()))
                                .sorted(Comparator.comparingLong(Client::count)
                                        .reversed()
                                        .thenComparing(Client::net))
                                .limit(nets)
                                .toList()))
                .sorted(Comparator.comparingLong(Row::count)
                        .reversed()
                        .thenComparing(row -> row.change().toString()))
                .toList();
    }
}
