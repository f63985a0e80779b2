package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.CrashLoad.PowerCut;

/**
 * The promise of a 250, where the mail goes on to another host: the process is killed, or the power of its disk is cut, while it takes mail
 * in and hands it on to a host that refuses some of it for a while. All that got its 250 arrives there; and what arrives again does so for
 * a crash, once for each.
 */
@Tag("soak")
@Tag("crash-1")
class RelayCrashTest {
    private static final boolean SHORT = "short".equals(System.getProperty("soak"));
    private static final int CRASHES = SHORT ? 4 : 20;
    private static final int CONFIRMED_PER_CRASH = SHORT ? 300 : 1_200;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** Each to a recipient of its own, some of them to two. */
    private final CrashLoad load = new CrashLoad(number -> number % 10 == 0
            ? List.of("bob." + number + "@relay.test", "eve." + number + "@relay.test")
            : List.of("bob." + number + "@relay.test"));

    private final Random random = new Random(7);

    @Test
    void whatGotIts250ReachesTheNextHopDespiteKillsAndPowerCuts() throws Exception {
        PowerCutDisk.assume();
        try (var disk = PowerCutDisk.in(directory, 1_024);
                var sink = new FlakySink()) {
            for (int crash = 0; crash < CRASHES; crash++) {
                crash(disk, sink, crash % 2 == 0);
            }
            sink.nextLife();
            try (var postern = PosternProcess.with(directory, toml(disk, sink))) {
                awaitAll(sink);
                assertThat(postern.isAlive()).isTrue();
            }
            Map<String, List<Integer>> lives = sink.lives();
            int duplicates = sink.taken() - lives.size();
            System.out.println("relay crashes=" + CRASHES + " power-cuts=" + CRASHES / 2 + " confirmed="
                    + load.confirmed().size() + " lost=" + missing(sink).size() + " duplicates=" + duplicates
                    + " refused at first=" + sink.refused() + " never confirmed but sent="
                    + (lives.size() - load.confirmed().size() + missing(sink).size()));
            assertThat(missing(sink)).isEmpty();
            assertThat(load.confirmed()).hasSizeGreaterThan(CRASHES * CONFIRMED_PER_CRASH);
            assertThat(sink.refused()).isPositive();
            assertThat(sink.takenTwiceInALife()).isEmpty();
        }
    }

    private void crash(PowerCutDisk disk, FlakySink sink, boolean powerCut) throws Exception {
        int confirmed = load.confirmed().size() + CONFIRMED_PER_CRASH + random.nextInt(CONFIRMED_PER_CRASH / 4);
        int taken = sink.taken() + CONFIRMED_PER_CRASH / 2;
        // A disk may be gone for a while before anybody ends the process: what it hands on by then it can't note any
        // more.
        PowerCut how = powerCut ? new PowerCut(true, Duration.ofMillis(random.nextInt(1_000))) : PowerCut.NONE;
        sink.nextLife();
        try (var postern = PosternProcess.with(directory, toml(disk, sink))) {
            load.crash(postern, () -> load.confirmed().size() >= confirmed && sink.taken() >= taken, disk, how);
        }
        if (powerCut) {
            disk.back();
        }
    }

    private static String toml(PowerCutDisk disk, FlakySink sink) {
        return """
            hostname = "mx.example.com"
            data = "%s/data"
            [[listen]]
            address = "127.0.0.1:0"
            role = "trusted"
            [relay]
            trusted = ["127.0.0.0/8"]
            [limits]
            spool-free-bytes = 33_554_432
            spool-reserve-bytes = 16_777_216
            [queue]
            retry = ["200ms", "1s"]
            [[routes]]
            to = "relay.test"
            via = "smtp://127.0.0.1:%d"
            """.formatted(disk.place(), sink.port());
    }

    /** As long as something still comes. */
    private void awaitAll(FlakySink sink) throws InterruptedException {
        int taken = -1;
        Instant deadline = Instant.now();
        while (!missing(sink).isEmpty()
                && (sink.taken() > taken || Instant.now().isBefore(deadline))) {
            if (sink.taken() > taken) {
                taken = sink.taken();
                deadline = Instant.now().plus(PATIENCE);
            }
            Thread.sleep(100);
        }
    }

    private Set<String> missing(FlakySink sink) {
        Set<String> missing = new TreeSet<>(load.confirmed());
        missing.removeAll(sink.lives().keySet());
        return missing;
    }
}
