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
        var holding = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (holds(Files.readAllBytes(file), word)
                        || (file.toString().endsWith(".sst") && isInTable(file, word))) {
                    holding.add(directory.relativize(file).toString());
                }
            }
        }
        return holding;
    }

    private static boolean isInTable(Path file, String word) throws RocksDBException {
        try (var options = new Options();
                var reader = new SstFileReader(options);
                var all = new ReadOptions()) {
            reader.open(file.toString());
            try (SstFileReaderIterator at = reader.newIterator(all)) {
                for (at.seekToFirst(); at.isValid(); at.next()) {
                    if (holds(at.key(), word) || holds(at.value(), word)) {
                        return true;
                    }
                }
                at.status();
            }
        }
        return false;
    }

    private static boolean holds(byte[] octets, String word) {
        return new String(octets, UTF_8).toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT))
                || new String(octets, ISO_8859_1).contains(new String(word.getBytes(UTF_8), ISO_8859_1));
    }
}
