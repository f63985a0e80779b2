package org.postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A spool of a thousand messages, damaged at random places: each damage is noticed, or all messages are read as they were; and after a
 * repair each message is saved or named.
 */
@Tag("crash-2")
class HundredPlacesTest {
    private static final int MESSAGES = 1_000;
    private static final long SEED = 20_261_125;

    @TempDir
    Path directory;

    private int noticed;
    private int identical;
    private int lost;

    @Test
    void aFewPlaces() throws IOException {
        damage(20);
    }

    @Tag("soak")
    @Test
    void aHundredPlaces() throws IOException {
        damage(100);
    }

    private void damage(int places) throws IOException {
        TestStore store = new TestStore(Files.createDirectory(directory.resolve("whole"))).with(MESSAGES / 2, 25);
        store.flush();
        store.with(MESSAGES / 2, 25);
        var random = new Random(SEED);
        int inMessages = 0;
        for (int place = 0; place < places; place++) {
            Path copy = Files.createDirectory(directory.resolve("copy"));
            TestStore damaged = store.copy(copy);
            // Of each five, three where the messages are, and two in any file.
            List<Path> files = files(copy, place % 5 < 3);
            inMessages += place % 5 < 3 ? 1 : 0;
            Path file = weighted(files, random, place % 5 < 3);
            boolean cut = random.nextInt(4) == 0;
            long at = random.nextLong(Files.size(file));
            String what = (cut ? "cut " : "bit flipped in ") + copy.relativize(file) + " at " + at;
            if (cut) {
                TestStore.cut(file, at);
            } else {
                TestStore.flip(file, at);
            }
            play(damaged, what);
            Swap.remove(copy);
        }
        System.out.printf(
                "%d messages, seed %d: %d places, %d of them where messages are: %d noticed, %d without effect; %d"
                        + " messages named as lost in all, none in silence%n",
                MESSAGES, SEED, places, inMessages, noticed, identical, lost);
        assertThat(inMessages * 2).isGreaterThanOrEqualTo(places);
    }

    private void play(TestStore store, String what) throws IOException {
        Inspection found = SpoolCheck.check(store.directory);
        if (found.isFine()) {
            assertThat(store.read()).as(what).containsExactlyElementsOf(store.kept.values());
            identical++;
            return;
        }
        noticed++;
        Repaired repaired = SpoolRepair.repair(store.directory, Clock.systemUTC());
        var named = new ArrayList<MessageId>();
        for (Damaged damaged : repaired.found().damaged()) {
            assertThat(damaged.label()).as(what).isEqualTo(store.label(damaged.id()));
            if (damaged.isLost()) {
                named.add(damaged.id());
            }
        }
        var all = store.read().stream().map(SpooledMessage::id).collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).as(what).noneMatch(all::contains);
        all.addAll(named);
        assertThat(all).as(what).isEqualTo(store.kept.keySet());
        lost += named.size();
    }

    /** Files that hold messages, or all. */
    private static List<Path> files(Path directory, boolean ofMessages) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> {
                        String name = file.getFileName().toString();
                        return ofMessages
                                ? name.endsWith(".sst") || name.endsWith(".log")
                                : Files.isRegularFile(file) && file.toFile().length() > 0 && !name.startsWith("LOG");
                    })
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
    }

    /** One of {@code files}, larger ones as often as they are larger, or each as often as any other. */
    private static Path weighted(List<Path> files, Random random, boolean bySize) {
        if (!bySize) {
            return files.get(random.nextInt(files.size()));
        }
        long left = random.nextLong(
                files.stream().mapToLong(file -> file.toFile().length()).sum());
        for (Path file : files) {
            left -= file.toFile().length();
            if (left < 0) {
                return file;
            }
        }
        throw new AssertionError("nothing to choose from");
    }
}
