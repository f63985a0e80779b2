package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.policy.Net;
import org.quicktheories.core.Gen;

/** A chunk answers the same while it grows, from its index, and as the entries themselves do. */
class ChunkTest {
    @TempDir
    private Path directory;

    private int count;

    @Test
    void openChunkAndIndexGiveTheSameAnswers() {
        qt().withExamples(25).forAll(entries(), entries()).checkAssert((first, second) -> {
            try {
                play(first, second);
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        });
    }

    private void play(List<Entry> first, List<Entry> second) throws Exception {
        Path place = directory.resolve(String.valueOf(count++)).resolve("journal");
        var all = new ArrayList<Entry>(first);
        try (Book book = TestBook.open(place)) {
            TestBook.write(book, first);
            assertAnswers(book, all);
        }
        try (Book book = TestBook.open(place)) {
            // Restored from the index.
            assertAnswers(book, all);
            TestBook.write(book, second);
            all.addAll(second);
            assertAnswers(book, all);
            book.turnBefore(Long.MAX_VALUE);
            // From the index on the disk.
            assertAnswers(book, all);
            TestBook.write(book, first);
            all.addAll(first);
            assertAnswers(book, all);
        }
        try (JournalFiles files = JournalFiles.open(place).orElseThrow()) {
            for (Query query : queries(all)) {
                assertThat(files.all(query, Integer.MAX_VALUE)).isEqualTo(expected(query, all));
            }
        }
    }

    private static void assertAnswers(Book book, List<Entry> all) throws Exception {
        for (Query query : queries(all)) {
            assertThat(TestBook.found(book, query)).as(query.toString()).isEqualTo(expected(query, all));
        }
    }

    private static List<Entry> expected(Query query, List<Entry> all) {
        return all.stream().filter(query::isAbout).toList();
    }

    /** For some of the words that stand in the entries: themselves, what begins so, and two of them together. */
    private static List<Query> queries(List<Entry> all) {
        Map<Field, String> some = new LinkedHashMap<>();
        all.forEach(entry -> Terms.of(entry, some::put));
        var queries = new ArrayList<Query>();
        queries.add(
                Query.ANY.with(Field.CLIENT, Words.of(Net.parse("192.0.2.0/29").orElseThrow())));
        Query both = Query.ANY;
        for (Map.Entry<Field, String> one : some.entrySet()) {
            String word = one.getValue();
            Words exact = new Words(word, word, true);
            String cut = word.offsetByCodePoints(0, word.codePointCount(0, word.length()) / 2) > 0
                    ? word.substring(0, word.offsetByCodePoints(0, word.codePointCount(0, word.length()) / 2))
                    : "";
            queries.add(Query.ANY.with(one.getKey(), exact));
            queries.add(Query.ANY.with(one.getKey(), new Words(cut, cut, false)));
            queries.add(Query.ANY.with(one.getKey(), Words.of(word.repeat(2))));
            both = both.with(one.getKey(), exact);
            queries.add(both);
        }
        return queries;
    }

    private static Gen<List<Entry>> entries() {
        Gen<Entry> usual =
                integers().between(0, 30).map(i -> Sample.transaction(i, i, "a" + i % 3 + "@x.example", "b@y.example"));
        return lists().of(Odd.entry().mix(usual, 50)).ofSizeBetween(0, 15);
    }

    @Test
    void longWordsWithACommonBeginningAreNotTakenForEachOther() throws IOException, Exception {
        String common = "x".repeat(Terms.MOST) + "é";
        try (Book book = TestBook.open(directory.resolve("journal"))) {
            for (String end : List.of("", "1", "2", "12")) {
                TestBook.write(book, List.of(Sample.transaction(1, 1, common + end + "@a.example", "b@y.example")));
            }
            for (int time = 0; time < 2; time++) {
                assertThat(TestBook.found(book, Query.of(Field.SENDER, common + "1@a.example")))
                        .hasSize(1);
                assertThat(TestBook.found(book, Query.of(Field.SENDER, common + "1*")))
                        .hasSize(2);
                assertThat(TestBook.found(book, Query.of(Field.SENDER, common + "*")))
                        .hasSize(4);
                assertThat(TestBook.found(book, Query.of(Field.SENDER, common + "3*")))
                        .isEmpty();
                assertThat(TestBook.found(book, Query.of(Field.SENDER, common))).isEmpty();
                book.turnBefore(Long.MAX_VALUE);
            }
        }
    }
}
