package org.postern.queue;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a worker does at one destination: a run, and another one when a courier takes the place of the last. For one thread, but {@link #hurry}. */
final class Work implements AutoCloseable {
    private final Destination destination;
    private final Consumer<Work> over;
    private volatile @Nullable Begun begun;

    private record Begun(Courier courier, Courier.Run run) {}

    Work(Destination destination, Consumer<Work> over) {
        this.destination = destination;
        this.over = over;
    }

    /** The run of that courier, which has been asked before where the recipients go. */
    Courier.Run by(Courier courier) {
        Begun before = begun;
        if (before != null && before.courier == courier) {
            return before.run;
        }
        if (before != null) {
            before.run.close();
        }
        var next = new Begun(courier, courier.run(destination));
        begun = next;
        return next.run;
    }

    /** For how long it is worth waiting for the next message. */
    Duration patience() {
        Begun now = begun;
        return now == null ? Duration.ZERO : now.run.patience();
    }

    /** Others wait for its connection. */
    void hurry() {
        Begun now = begun;
        if (now != null) {
            now.run.hurry();
        }
    }

    /** Who makes its attempts; empty before the first. */
    Optional<Courier> courier() {
        return Optional.ofNullable(begun).map(Begun::courier);
    }

    @Override
    public void close() {
        over.accept(this);
        Begun now = begun;
        if (now != null) {
            now.run.close();
        }
    }
}
