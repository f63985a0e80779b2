package org.postern.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.Optional;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which format a store has, and which Postern wrote it last. An older one is brought forward when it is opened: what it holds is read as
 * it is, and the number comes before all that is written in the newer format, in the same log. So a crash leaves the one or the other, and
 * to do it again changes nothing.
 */
final class Format {
    private static final Logger LOG = LoggerFactory.getLogger(Format.class);

    /** This one, as the build wrote it into the jar. */
    private static final String SELF = Optional.ofNullable(
                    Format.class.getPackage().getImplementationVersion())
            .orElse("in development");

    private Format() {}

    /** @throws SpoolProblem {@link SpoolProblem.Kind#TOO_NEW} */
    static void bringForward(Store store) throws RocksDBException, SpoolProblem {
        RocksDB db = store.db();
        Optional<byte[]> format = Optional.ofNullable(db.get(Records.FORMAT_KEY));
        Optional<String> writer =
                Optional.ofNullable(db.get(Records.WRITER_KEY)).map(name -> new String(name, UTF_8));
        requireKnown(store.directory(), format, writer);
        if (format.isPresent() && format.get()[0] < Records.FORMAT) {
            LOG.atInfo()
                    .addKeyValue("directory", store.directory())
                    .addKeyValue("from", format.get()[0])
                    .addKeyValue("to", Records.FORMAT)
                    .log("the spool's format was brought forward: an older Postern refuses it from now on");
        }
        if (format.isEmpty() || format.get()[0] < Records.FORMAT) {
            db.put(Records.FORMAT_KEY, new byte[] {Records.FORMAT});
        }
        if (!writer.equals(Optional.of(SELF))) {
            db.put(Records.WRITER_KEY, SELF.getBytes(UTF_8));
        }
    }

    /**
     * Refuses a newer one.
     *
     * @param format what stands under its key; empty in a store that was never opened
     * @param writer who wrote it last; empty when that was not kept yet
     * @throws SpoolProblem {@link SpoolProblem.Kind#TOO_NEW}
     */
    static void requireKnown(Path directory, Optional<byte[]> format, Optional<String> writer) throws SpoolProblem {
        byte[] known = format.orElse(new byte[] {Records.FORMAT});
        if (known.length == 1 && known[0] >= 0 && known[0] <= Records.FORMAT) {
            return;
        }
        throw new SpoolProblem(
                SpoolProblem.Kind.TOO_NEW,
                "the spool in " + directory + " has format " + (known.length == 0 ? "?" : known[0] & 0xff)
                        + ", which a newer Postern wrote"
                        + writer.map(name -> " (" + name + ")").orElse("")
                        + "; this one (" + SELF + ") knows formats up to " + Records.FORMAT
                        + ": run that Postern. To move what it holds over to this one: with that, postern spool export"
                        + " DIR; put " + directory + " aside; with this, postern spool import DIR");
    }
}
