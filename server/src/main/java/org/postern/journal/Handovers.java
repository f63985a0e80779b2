package org.postern.journal;

/** How deliveries fared. */
public final class Handovers implements Grouping.Row<Handovers> {
    /** Characters of a problem: there may be as many problems as destinations. */
    private static final int MOST_TEXT = 200;

    private final Durations times = new Durations();
    private long attempts;
    private long deferred;
    private long failed;
    private long problemAt = Long.MIN_VALUE;
    private String problem = "";

    void add(Entry.Attempt attempt) {
        attempts++;
        for (Entry.Tried tried : attempt.tried()) {
            switch (tried.outcome()) {
                case "delivered" -> times.add(attempt.age());
                case "failed" -> {
                    failed++;
                    problem(attempt.at(), tried.text());
                }
                // Later, unreachable, a fault of ours, stuck: it is still here.
                default -> {
                    deferred++;
                    problem(attempt.at(), tried.text());
                }
            }
        }
    }

    private void problem(long at, String text) {
        String brief = text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
        // Of one moment the greater, so that the order in which threads come does not matter.
        if (at > problemAt || (at == problemAt && brief.compareTo(problem) > 0)) {
            problemAt = at;
            problem = brief;
        }
    }

    @Override
    public void add(Handovers other) {
        times.add(other.times);
        attempts += other.attempts;
        deferred += other.deferred;
        failed += other.failed;
        problem(other.problemAt, other.problem);
    }

    @Override
    public long weight() {
        return attempts;
    }

    /** Attempts, each for one or more recipients. */
    public long attempts() {
        return attempts;
    }

    /** Recipients who got a message. */
    public long delivered() {
        return times.count();
    }

    /** How often it was put off for a recipient. */
    public long deferred() {
        return deferred;
    }

    /** Recipients who did not get it. */
    public long failed() {
        return failed;
    }

    /** How old messages were when they were delivered. */
    public Durations times() {
        return times;
    }

    /** What went wrong last; empty when nothing did. As others wrote it. */
    public String problem() {
        return problem;
    }
}
