package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of a 250: under a load of 50 connections the process is killed, or the power of its disk is cut, at random instants, again
 * and again; and every message that got its 250 stands in a Maildir in the end.
 */
@Tag("soak")
@Tag("crash-1")
class CrashTest {
    private static final boolean SHORT = "short".equals(System.getProperty("soak"));
    private static final int CRASHES = SHORT ? 4 : 20;
    private static final int CONFIRMED_PER_CRASH = SHORT ? 300 : 1_200;

    /** Leaves out each sync of a program: Debian's libeatmydata. */
    private static final Path WITHOUT_SYNC = Program.UNPACKED.resolve("usr/lib/libeatmydata.so");

    @TempDir
    Path directory;

    /** Some of them to two. */
    private final CrashLoad load = new CrashLoad(
            number -> number % 10 == 0 ? List.of("bob@localhost", "eve@localhost") : List.of("bob@localhost"));

    private final Set<String> confirmed = load.confirmed();
    private final Random random = new Random(5);

    /** How often each message stands in the Maildirs. */
    private record Found(Map<String, Integer> times) {
        long duplicates() {
            return times.values().stream().mapToLong(count -> count - 1).sum();
        }

        Set<String> missing(Set<String> confirmed) {
            Set<String> missing = new TreeSet<>(confirmed);
            missing.removeAll(times.keySet());
            return missing;
        }
    }

    @Test
    void whatGotIts250OutlivesKillsAndPowerCuts() throws Exception {
        PowerCutDisk.assume();
        try (var disk = PowerCutDisk.in(directory, 1_024)) {
            for (int crash = 0; crash < CRASHES; crash++) {
                crash(disk, ":", crash % 2 == 0);
            }
            Found found = afterAll(disk, ":");
            System.out.println("crashes=" + CRASHES + " power-cuts=" + CRASHES / 2 + " confirmed=" + confirmed.size()
                    + " lost=" + found.missing(confirmed).size() + " duplicates=" + found.duplicates()
                    + " never confirmed but kept=" + (found.times().size() - confirmed.size()));
            assertThat(found.missing(confirmed)).isEmpty();
            assertThat(confirmed).hasSizeGreaterThan(CRASHES * CONFIRMED_PER_CRASH);
            // An attempt that a crash let nobody know of is found by its file's name.
            assertThat(found.duplicates()).isZero();
        }
    }

    /** The test itself on trial: with the syncs left out, it must find messages lost. */
    @Test
    void withoutSyncsMessagesAreLost() throws Exception {
        PowerCutDisk.assume();
        Program.requireFile(WITHOUT_SYNC);
        String shell = "export LD_PRELOAD=" + WITHOUT_SYNC;
        try (var disk = PowerCutDisk.in(directory, 1_024)) {
            crash(disk, shell, true);
            Set<String> missing;
            String how;
            try {
                missing = afterAll(disk, shell).missing(confirmed);
                how = "it started again";
            } catch (AssertionError refusedToStart) {
                missing = delivered(disk).missing(confirmed);
                how = "it refused to start";
            }
            System.out.println("without syncs: power-cuts=1 confirmed=" + confirmed.size() + " lost=" + missing.size()
                    + " (" + how + ")");
            assertThat(missing).isNotEmpty();
        }
    }

    private String toml(PowerCutDisk disk) {
        return """
            hostname = "mx.example.com"
            data = "%1$s/data"
            [[listen]]
            address = "127.0.0.1:0"
            role = "trusted"
            [limits]
            spool-free-bytes = 33_554_432
            spool-reserve-bytes = 16_777_216
            [domains.localhost]
            deliver = "maildir:%1$s/maildir/{local}"
            mailboxes = "any"
            """.formatted(disk.place());
    }

    private void crash(PowerCutDisk disk, String shell, boolean powerCut) throws Exception {
        int enough = confirmed.size() + CONFIRMED_PER_CRASH + random.nextInt(CONFIRMED_PER_CRASH / 4);
        try (var postern = PosternProcess.under(directory, shell, toml(disk))) {
            load.crash(
                    postern,
                    () -> confirmed.size() >= enough,
                    disk,
                    powerCut ? CrashLoad.PowerCut.AT_ONCE : CrashLoad.PowerCut.NONE);
        }
        if (powerCut) {
            disk.back();
        }
    }

    /** After one more start, once all is delivered. */
    private Found afterAll(PowerCutDisk disk, String shell) throws Exception {
        try (var postern = PosternProcess.under(directory, shell, toml(disk))) {
            int before = -1;
            Found found = delivered(disk);
            // As long as something still comes.
            while (!found.missing(confirmed).isEmpty() && found.times().size() > before) {
                before = found.times().size();
                Thread.sleep(5_000);
                found = delivered(disk);
            }
            assertThat(postern.isAlive()).isTrue();
        }
        return delivered(disk);
    }

    private static Found delivered(PowerCutDisk disk) throws IOException {
        Map<String, Integer> times = new TreeMap<>();
        for (String mailbox : new String[] {"bob", "eve"}) {
            Path inbox = disk.place().resolve("maildir").resolve(mailbox).resolve("new");
            if (Files.isDirectory(inbox)) {
                try (Stream<Path> files = Files.list(inbox)) {
                    for (Path file : files.toList()) {
                        times.merge(CrashLoad.entry(subject(file), mailbox + "@localhost"), 1, Integer::sum);
                    }
                }
            }
        }
        return new Found(times);
    }

    private static String subject(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("Subject: ")) {
                    return line.substring(9);
                }
            }
        }
        return "a message without its end: " + file.getFileName();
    }
}
