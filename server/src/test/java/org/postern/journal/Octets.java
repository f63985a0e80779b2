package org.postern.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/** All that stands in the files of a closed journal, compressed or not. */
final class Octets {
    private Octets() {}

    /** The files that hold {@code word} in whatever case. */
    static List<String> holding(Path directory, String word) throws IOException, RocksDBException {
        return holding(directory, word, "");
    }

    /** The files that hold {@code word} elsewhere than within {@code other}. */
    static List<String> holding(Path directory, String word, String other) throws IOException, RocksDBException {
        var holding = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (holds(Files.readAllBytes(file), word, other)
                        || (file.toString().endsWith(".sst") && isInTable(file, word, other))) {
                    holding.add(directory.relativize(file).toString());
                }
            }
        }
        return holding;
    }

    private static boolean isInTable(Path file, String word, String other) throws RocksDBException {
        try (var options = new Options();
                var reader = new SstFileReader(options);
                var all = new ReadOptions()) {
            reader.open(file.toString());
            try (SstFileReaderIterator at = reader.newIterator(all)) {
                for (at.seekToFirst(); at.isValid(); at.next()) {
                    if (holds(at.key(), word, other) || holds(at.value(), word, other)) {
                        return true;
                    }
                }
                at.status();
            }
        }
        return false;
    }

    private static boolean holds(byte[] octets, String word, String other) {
        return holds(new String(octets, UTF_8), word, other)
                || holds(new String(octets, ISO_8859_1), latin(word), latin(other));
    }

    private static boolean holds(String text, String word, String other) {
        String lower = text.toLowerCase(Locale.ROOT);
        String rest = other.isEmpty() ? lower : lower.replace(other.toLowerCase(Locale.ROOT), "");
        return rest.contains(word.toLowerCase(Locale.ROOT));
    }

    private static String latin(String word) {
        return new String(word.getBytes(UTF_8), ISO_8859_1);
    }
}
