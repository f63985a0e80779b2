package org.postern.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.postern.queue.Lane.Worker;

/**
 * Who has one of the connections to other hosts, and who waits for one. Guarded by the agenda's lock.
 *
 * <p>Hosts that never answer must not have them all: half are for lanes that have not been reached yet, a quarter for those that are known
 * to be down. While others wait, a worker that has reached nobody is hurried after a while: RFC 5321 §4.5.3.2.1 would give a silent host
 * five minutes, and some hundreds of them would keep a new destination waiting for a multiple of that.
 */
final class Connections {
    /** After so long a worker is hurried; twice as long for each time that its destination wasn't reached, so that a slow one is some day. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int MOST_DOUBLINGS = 5;

    /** What is known of a lane; those that are known to answer come first. */
    private enum Standing {
        PROVEN,
        UNTRIED,
        DOWN
    }

    private int most;
    private final Map<Standing, SequencedSet<Lane>> waiting = new EnumMap<>(Standing.class);

    /** Those that have reached nobody yet, in the order in which they began. */
    private final SequencedSet<Worker> unproven = new LinkedHashSet<>();

    private int held;
    private int heldByDown;

    /** So many, one at least. */
    Connections(int most) {
        this.most = most;
        for (Standing standing : Standing.values()) {
            waiting.put(standing, new LinkedHashSet<>());
        }
    }

    /** So many from now on; who has one keeps it. */
    void change(int next) {
        most = next;
    }

    private static Standing standing(Lane lane) {
        return lane.isProven() ? Standing.PROVEN : lane.isDown() ? Standing.DOWN : Standing.UNTRIED;
    }

    private SequencedSet<Lane> waiting(Standing standing) {
        return waiting.getOrDefault(standing, new LinkedHashSet<>());
    }

    private boolean isFree(Standing standing) {
        return held < most && isWithinShare(standing);
    }

    private boolean isWithinShare(Standing standing) {
        return switch (standing) {
            case PROVEN -> true;
            case UNTRIED -> unproven.size() < share(2);
            case DOWN -> unproven.size() < share(2) && heldByDown < share(4);
        };
    }

    private int share(int part) {
        return Math.max(1, most / part);
    }

    /** Whether {@code lane} may have one now. */
    boolean isFreeFor(Lane lane) {
        return isFree(standing(lane));
    }

    /** {@code lane} gets one when its turn comes: {@link #nextInTurn}. Whether it did not wait before. */
    boolean await(Lane lane) {
        return waiting(standing(lane)).add(lane);
    }

    /** {@code worker} has one from now on. */
    void take(Worker worker, long now) {
        held++;
        worker.since = now;
        worker.wasDown = worker.lane.isDown();
        if (!worker.lane.isProven()) {
            unproven.add(worker);
            heldByDown += worker.wasDown ? 1 : 0;
        }
    }

    /** {@code worker}, which has one, has reached somebody. */
    void proven(Worker worker) {
        if (unproven.remove(worker)) {
            heldByDown -= worker.wasDown ? 1 : 0;
        }
    }

    /** {@code worker} has it no more. */
    void giveBack(Worker worker) {
        proven(worker);
        held--;
    }

    /** The lane whose turn it is; it waits no more. Empty when none waits that could have one. */
    Optional<Lane> nextInTurn() {
        for (Standing standing : Standing.values()) {
            if (!waiting(standing).isEmpty() && isFree(standing)) {
                return Optional.of(waiting(standing).removeFirst());
            }
        }
        return Optional.empty();
    }

    /** Whether others than {@code lane} wait for one that it, when it has several of them, could give up. */
    boolean doOthersWait(Lane lane) {
        if (held < most) {
            return false;
        }
        for (Standing standing : Standing.values()) {
            SequencedSet<Lane> all = waiting(standing);
            // It may wait for one more itself: to give way to that would be to begin anew, over and over.
            boolean areOthers = all.size() > (all.contains(lane) ? 1 : 0);
            if (areOthers && isWithinShare(standing)) {
                return true;
            }
        }
        return false;
    }

    /** Who is to be hurried at {@code now}, for others wait: no more than wait, and each once. */
    List<Worker> tooPatient(long now) {
        var found = new ArrayList<Worker>();
        long wanted = wanted();
        for (Worker worker : unproven) {
            if (found.size() < wanted && keepsOthersWaiting(worker) && worker.since + patience(worker) - now <= 0) {
                worker.isHurried = true;
                found.add(worker);
            }
        }
        return found;
    }

    /** In how many nanoseconds {@link #tooPatient} may find somebody; {@link Long#MAX_VALUE} when nobody waits for that. */
    long untilTooPatient(long now) {
        long least = Long.MAX_VALUE;
        if (wanted() > 0) {
            for (Worker worker : unproven) {
                if (keepsOthersWaiting(worker)) {
                    least = Math.min(least, Math.max(0, worker.since + patience(worker) - now));
                }
            }
        }
        return least;
    }

    /** How many of those that wait can't count on the connection of one that was hurried already. */
    private long wanted() {
        long coming = unproven.stream().filter(worker -> worker.isHurried).count();
        return waiting(Standing.UNTRIED).size() + waiting(Standing.DOWN).size() - coming;
    }

    /** Whoever is known to be down gives way to all, a new one only to new ones. */
    private boolean keepsOthersWaiting(Worker worker) {
        return !worker.isHurried
                && (worker.wasDown || !waiting(Standing.UNTRIED).isEmpty());
    }

    private static long patience(Worker worker) {
        return PATIENCE.toNanos() << Math.min(worker.lane.unreached(), MOST_DOUBLINGS);
    }
}
