package org.postern.journal;

/** What happened within a part of the time. */
public final class Slot {
    private final Traffic traffic = new Traffic();
    private long delivered;
    private long deferred;
    private long failed;

    void add(Entry.Attempt attempt) {
        for (Entry.Tried tried : attempt.tried()) {
            switch (tried.outcome()) {
                case "delivered" -> delivered++;
                case "failed" -> failed++;
                default -> deferred++;
            }
        }
    }

    void add(Slot other) {
        traffic.add(other.traffic);
        delivered += other.delivered;
        deferred += other.deferred;
        failed += other.failed;
    }

    /** What clients brought. */
    public Traffic traffic() {
        return traffic;
    }

    /** Recipients who got a message. */
    public long delivered() {
        return delivered;
    }

    /** How often it was put off for a recipient. */
    public long deferred() {
        return deferred;
    }

    /** Recipients who did not get it. */
    public long failed() {
        return failed;
    }
}
