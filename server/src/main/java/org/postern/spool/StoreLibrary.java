package org.postern.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.util.Environment;

/** RocksDB's library of native code, which is loaded once in a process, by whoever comes first. Safe for many threads. */
public final class StoreLibrary {
    private StoreLibrary() {}

    /**
     * Loads it: from {@code java.library.path} where it was {@linkplain #unpack unpacked}, else from its jar by way of a directory of this
     * spool's. RocksDB would unpack it into the temporary directory at each start and leave it there.
     */
    public static void load(Path spool) throws IOException {
        Path place = spool.resolve("native");
        Files.createDirectories(place);
        NativeLibraryLoader.getInstance().loadLibrary(place.toString());
    }

    /** Puts that of this system into {@code directory}, so that no start has to: some 15 MB out of a jar. */
    public static void unpack(Path directory) throws IOException {
        String name = Environment.getJniLibraryFileName("rocksdb");
        Files.createDirectories(directory);
        try (InputStream library = StoreLibrary.class.getClassLoader().getResourceAsStream(name)) {
            if (library != null) {
                Files.copy(library, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
