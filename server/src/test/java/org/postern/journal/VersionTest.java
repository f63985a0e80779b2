package org.postern.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.Logs;
import org.rocksdb.ColumnFamilyDescriptor;

/** What a newer Postern wrote stays as it is; what an older one wrote is read. */
@Timeout(60)
class VersionTest {
    @RegisterExtension
    private final Logs logs = new Logs(this);

    @TempDir
    private Path directory;

    private Path place() {
        return directory.resolve("journal");
    }

    private Journal journal(JournalSettings.Masking mask) {
        return Journal.open(
                place(),
                new JournalSettings(Duration.ofDays(30), 1L << 30, mask, 0),
                Clock.systemUTC(),
                Duration.ofMillis(50));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void journalOfANewerPosternStaysAsItIs(boolean hasMore) throws Exception {
        try (Book book = TestBook.open(place())) {
            TestBook.write(book, List.of(Scribe.entry(1)));
        }
        try (Store store = Store.open(place())) {
            byte[] version = ByteBuffer.allocate(4).putInt(Store.VERSION + 1).array();
            store.db().put("version".getBytes(US_ASCII), version);
            if (hasMore) {
                store.db()
                        .createColumnFamily(new ColumnFamilyDescriptor("later".getBytes(US_ASCII)))
                        .close();
            }
        }
        Map<String, String> before = contents();
        try (Journal journal = journal(JournalSettings.Masking.LOCAL_PARTS)) {
            Eventually.await(
                    "it is said", () -> !logs.lines("the journal stands still").isEmpty());
            journal.write(Scribe.entry(2));
            assertThatThrownBy(() -> journal.find(Query.ANY, Records.NEWEST, 9))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is of a newer Postern (its version is 2, this one knows 1)");
            // A look comes every second: it is tried again, and not said again.
            int tries = journal.tries();
            Eventually.await("it is tried again", () -> journal.tries() > tries + 1);
            assertThat(journal.dropped()).isEqualTo(1);
        }
        assertThat(contents()).isEqualTo(before);
        assertThat(logs.lines("the journal stands still"))
                .singleElement()
                .asString()
                .contains("is of a newer Postern", "run that one, or move the directory away");
        assertThatThrownBy(() -> JournalFiles.open(place())).isInstanceOf(Store.Newer.class);
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void journalOfAnOlderPosternIsRead() throws Exception {
        try (Store store = Store.open(place())) {
            List<String> old = List.of(
                    "{\"kind\":\"transaction\",\"at\":1,\"session\":\"s-1\",\"from\":\"<ann@example.org>\"}",
                    "{\"kind\":\"mystery\",\"at\":2}",
                    "{\"kind\":\"attempt\",\"at\":3,\"message\":\"m-1\",\"tried\":[{\"to\":\"<bob@example.com>\"}]}",
                    "{\"kind\":\"mystery\",\"at\":4}");
            for (int i = 0; i < old.size(); i++) {
                store.db().put(store.entries(), Store.key(i), old.get(i).getBytes(UTF_8));
            }
        }
        try (Journal journal = journal(JournalSettings.Masking.NONE)) {
            assertThat(journal.all(Query.ANY, 9)).extracting(Entry::at).containsExactly(1L, 3L);
            journal.write(Scribe.entry(5));
            assertThat(journal.all(Query.of(Field.SENDER, "ann@example.org"), 9))
                    .hasSize(1);
            assertThat(journal.all(Query.of(Field.RECIPIENT, "bob@example.com"), 9))
                    .hasSize(2);
        }
        try (Journal journal = journal(JournalSettings.Masking.NONE)) {
            assertThat(journal.all(Query.of(Field.RECIPIENT, "bob@example.com"), 9))
                    .extracting(Entry::at)
                    .containsExactly(3L, 5L);
        }
        assertThat(logs.lines()).isEmpty();
    }

    /** Of all files, by their names. */
    private Map<String, String> contents() throws IOException {
        var contents = new TreeMap<String, String>();
        try (Stream<Path> files = Files.walk(place())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }
}
