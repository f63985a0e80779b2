package org.postern.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.postern.spool.MessageId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then after messages that wait for a destination that nobody reaches: most of them are never tried by themselves, and they
 * expire, and their senders are told, all the same.
 */
final class Sweep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final int AT_ONCE = 1_000;

    /** A destination of which nothing was heard for so long is forgotten. */
    private static final Duration QUIET = Duration.ofMinutes(10);

    /** The age of what is not tried is kept so often: a restart must not make it younger by more. */
    private static final Duration KEEP_AGE = Duration.ofHours(6);

    private final Agenda agenda;
    private final Orders orders;
    private final Look look;

    /** Looks after one message. */
    interface Look {
        void at(MessageId id) throws IOException;
    }

    Sweep(Agenda agenda, Orders orders, Look look) {
        this.agenda = agenda;
        this.orders = orders;
        this.look = look;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                sweep();
                agenda.tidy(QUIET);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once over all that waits. */
    void sweep() throws InterruptedException {
        List<MessageId> found;
        do {
            found = agenda.waitingInVain(this::isWanted, Sweep::isAging, AT_ONCE);
            for (MessageId id : found) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                try {
                    look.at(id);
                } catch (IOException | RuntimeException problem) {
                    LOG.atError().addKeyValue("id", id).setCause(problem).log("can't look after a message");
                    return;
                }
            }
        } while (found.size() == AT_ONCE);
    }

    private boolean isWanted(Item item) {
        Duration age = Timetable.age(item.born);
        return age.compareTo(orders.schedule().expire()) > 0
                || (!item.noticed && age.compareTo(orders.schedule().delayNotice()) > 0)
                || isAging(item);
    }

    private static boolean isAging(Item item) {
        return Timetable.age(item.kept).compareTo(KEEP_AGE) > 0;
    }
}
