package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksIterator;

/** However entries were written together, each is where its number says. */
class LeafTest {
    @TempDir
    private Path directory;

    private int count;

    @Test
    void entriesAreFoundHoweverTheyWereWritten() {
        qt().withExamples(30)
                .forAll(
                        lists().of(integers().between(1, 40)).ofSizeBetween(1, 8),
                        integers().between(0, 200))
                .checkAssert((together, from) -> {
                    try {
                        play(together, from);
                    } catch (Exception failed) {
                        throw new AssertionError(failed);
                    }
                });
    }

    private void play(List<Integer> together, int from) throws Exception {
        Path place = directory.resolve(String.valueOf(count++)).resolve("journal");
        var all = new ArrayList<Entry>();
        try (Book book = TestBook.open(place)) {
            for (int many : together) {
                List<Entry> some = IntStream.range(all.size(), all.size() + many)
                        .mapToObj(Scribe::entry)
                        .toList();
                TestBook.write(book, some);
                all.addAll(some);
            }
        }
        try (Store store = Store.openToRead(place);
                RocksIterator at = store.db().newIterator(store.entries())) {
            assertThat(Leaf.begin(at)).isZero();
            assertThat(Leaf.end(at)).isEqualTo(all.size());
            for (int number = 0; number < all.size(); number++) {
                Leaf leaf = Leaf.with(number, at).orElseThrow();
                assertThat(Codec.entry(leaf.entry(number))).contains(all.get(number));
                Leaf changed = leaf.with(number, Codec.octets(Scribe.entry(7_000)));
                for (long beside = leaf.first(); beside < leaf.end(); beside++) {
                    assertThat(Codec.entry(changed.entry(beside)))
                            .contains(beside == number ? Scribe.entry(7_000) : all.get((int) beside));
                }
                assertThat(changed.end()).isEqualTo(leaf.end());
            }
            assertThat(Leaf.with(all.size(), at)).isEmpty();
            int end = Math.min(all.size(), from + 30);
            var told = new ArrayList<Entry>();
            assertThat(Leaf.walk(from, end, at, (number, octets) -> {
                        assertThat(number).isEqualTo(from + told.size());
                        return told.add(Codec.entry(octets).orElseThrow());
                    }))
                    .isTrue();
            assertThat(told).isEqualTo(from < end ? all.subList(from, end) : List.of());
            assertThat(Leaf.walk(0, Long.MAX_VALUE, at, (number, _) -> number < all.size() / 2))
                    .isFalse();
        }
    }

    // A value of many megabytes would have to be read for each of its entries.
    @Test
    void leafEndsWhenItIsLarge() throws Exception {
        Path place = directory.resolve("journal");
        List<Entry> all = IntStream.range(0, 2_000).mapToObj(Scribe::entry).toList();
        try (Book book = TestBook.open(place)) {
            TestBook.write(book, all);
        }
        int longest =
                all.stream().mapToInt(entry -> Codec.octets(entry).length).max().orElseThrow();
        var sizes = new ArrayList<Integer>();
        try (Store store = Store.openToRead(place);
                RocksIterator at = store.db().newIterator(store.entries())) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                sizes.add(at.value().length);
            }
        }
        assertThat(sizes).hasSizeGreaterThan(5).hasSizeLessThan(100).allMatch(size -> size <= (32 << 10) + longest + 1);
    }
}
