package org.postern.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code postern spool check}: reads every octet of a spool that no server has open, and changes nothing in it. */
public final class SpoolCheck {
    private SpoolCheck() {}

    /**
     * Checks the spool in {@code directory}; one that is not there is fine.
     *
     * @throws SpoolProblem {@link SpoolProblem.Kind#IN_USE} when a server has it open
     */
    public static Inspection check(Path directory) throws IOException {
        try (SpoolLock lock = SpoolLock.take(directory)) {
            lock.requireHeld();
            Swap.finish(directory);
            try (Salvage salvage = Salvage.open(directory)) {
                return inspect(salvage, _ -> {}, _ -> {});
            }
        }
    }

    /** What is done with each message. */
    interface Step<T> {
        void take(T one) throws IOException;
    }

    /** Examines all messages, and hands over those that can be delivered and those that can't. */
    static Inspection inspect(Salvage salvage, Step<SpooledMessage> whole, Step<Damaged> lost) throws IOException {
        int messages = 0;
        int held = 0;
        int unfinished = 0;
        long octets = 0;
        List<Damaged> damaged = new ArrayList<>();
        for (MessageId id : salvage.names()) {
            switch (salvage.examine(id)) {
                case Found.Whole(SpooledMessage message, boolean stateLost) -> {
                    messages++;
                    held += message.isHeld() ? 1 : 0;
                    octets += message.octets();
                    if (stateLost) {
                        damaged.add(new Damaged(
                                id,
                                Records.label(message.envelope()),
                                Damaged.Part.STATE,
                                "how far its delivery had come can't be read for sure: it may be delivered a"
                                        + " second time"));
                    }
                    whole.take(message);
                }
                case Found.Broken(Damaged broken) -> {
                    damaged.add(broken);
                    lost.take(broken);
                }
                case Found.Unfinished _ -> unfinished++;
                case Found.Absent _ -> {
                    // The ledger did not hear that it went.
                }
            }
        }
        return new Inspection(messages, held, octets, unfinished, damaged, salvage.faults());
    }
}
