package org.postern.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.postern.queue.Lane.Worker;

class ConnectionsTest {
    private static final long PATIENCE = Connections.PATIENCE.toNanos();

    private final Connections connections = new Connections(8);
    private int lanes;

    private Lane untried() {
        return new Lane(Destination.remote("d" + ++lanes + ".test"), 5, 0);
    }

    private Lane down() {
        Lane lane = untried();
        lane.down(new Courier.Outcome.Ours("nobody there"), Instant.EPOCH, 0);
        return lane;
    }

    private Lane proven() {
        Lane lane = untried();
        lane.reached(Instant.EPOCH, 0);
        return lane;
    }

    private Worker take(Lane lane, long now) {
        assertThat(connections.isFreeFor(lane)).isTrue();
        var worker = new Worker(lane, new ReentrantLock().newCondition());
        connections.take(worker, now);
        return worker;
    }

    @Test
    void halfAreForThoseThatHaveNotAnsweredAndAQuarterForThoseThatAreDown() {
        take(down(), 0);
        take(down(), 0);
        assertThat(connections.isFreeFor(down())).isFalse();
        take(untried(), 0);
        take(untried(), 0);
        assertThat(connections.isFreeFor(untried())).isFalse();
        take(proven(), 0);
    }

    @Test
    void whoAnsweredMakesRoomForAnother() {
        Worker answered = take(down(), 0);
        take(down(), 0);
        connections.proven(answered);
        take(down(), 0);
        connections.giveBack(answered);
        assertThat(connections.isFreeFor(down())).isFalse();
    }

    @Test
    void newOnesComeBeforeThoseThatAreDown() {
        Lane down = down();
        Lane untried = untried();
        Lane proven = proven();
        assertThat(connections.await(down)).isTrue();
        assertThat(connections.await(untried)).isTrue();
        assertThat(connections.await(proven)).isTrue();
        assertThat(connections.await(proven)).isFalse();
        assertThat(connections.nextInTurn()).contains(proven);
        assertThat(connections.nextInTurn()).contains(untried);
        assertThat(connections.nextInTurn()).contains(down);
        assertThat(connections.nextInTurn()).isEmpty();
    }

    @Test
    void laneThatWaitsForOneMoreDoesNotGiveWayToItself() {
        Lane lane = proven();
        for (int i = 0; i < 8; i++) {
            take(lane, 0);
        }
        connections.await(lane);
        assertThat(connections.doOthersWait(lane)).isFalse();
        Lane other = proven();
        assertThat(connections.doOthersWait(other)).isTrue();
        connections.await(other);
        assertThat(connections.doOthersWait(lane)).isTrue();
    }

    @Test
    void nobodyIsHurriedWhileNobodyWaits() {
        take(untried(), 0);
        assertThat(connections.tooPatient(1_000 * PATIENCE)).isEmpty();
        assertThat(connections.untilTooPatient(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void asManyAreHurriedAsWaitAndTheFirstFirst() {
        Worker first = take(untried(), 0);
        Worker second = take(untried(), 1);
        connections.await(untried());
        assertThat(connections.untilTooPatient(0)).isEqualTo(PATIENCE);
        assertThat(connections.tooPatient(PATIENCE - 1)).isEmpty();
        assertThat(connections.tooPatient(PATIENCE + 1)).containsExactly(first);
        assertThat(connections.tooPatient(PATIENCE + 1)).isEmpty();
        assertThat(connections.untilTooPatient(PATIENCE + 1)).isEqualTo(Long.MAX_VALUE);
        connections.await(untried());
        assertThat(connections.tooPatient(PATIENCE + 1)).containsExactly(second);
    }

    @Test
    void newOneIsNotHurriedForOneThatIsDown() {
        take(untried(), 0);
        Worker down = take(down(), 0);
        connections.await(down());
        assertThat(connections.tooPatient(1_000 * PATIENCE)).containsExactly(down);
    }

    /** Else a slow one would never be reached while others wait. */
    @Test
    void whoWasLeftHasTwiceTheTimeAtItsNextAttempt() {
        Worker again = take(down(), 0);
        connections.await(untried());
        assertThat(connections.untilTooPatient(0)).isEqualTo(2 * PATIENCE);
        assertThat(connections.tooPatient(2 * PATIENCE)).containsExactly(again);
    }
}
