package org.postern.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** A store says its format: an older one is brought forward, a newer one refused, and left as it is. */
class FormatTest {
    @TempDir
    Path directory;

    private TestStore store;

    @SuppressWarnings("NullAway.Init") // JUnit calls fill first
    FormatTest() {}

    @BeforeEach
    void fill() throws IOException {
        store = new TestStore(directory).with(3, 0);
    }

    private void put(byte[] key, byte[] value) throws IOException {
        try (Store opened = Store.open(directory, Store.Mode.SERVE)) {
            opened.db().put(key, value);
        } catch (RocksDBException problem) {
            throw new IOException(problem);
        }
    }

    private byte[] get(byte[] key) throws IOException {
        try (Store opened = Store.open(directory, Store.Mode.INSPECT)) {
            return opened.db().get(key);
        } catch (RocksDBException problem) {
            throw new IOException(problem);
        }
    }

    @Test
    void newStoreSaysItsFormatAndWhoWroteIt() throws IOException {
        assertThat(get(Records.FORMAT_KEY)).containsExactly(Records.FORMAT);
        assertThat(get(Records.WRITER_KEY)).isEqualTo("in development".getBytes(UTF_8));
    }

    @Test
    void newerStoreIsRefusedAndSaysWhoWroteItAndHowToMove() throws IOException {
        put(Records.FORMAT_KEY, new byte[] {Records.FORMAT + 1});
        put(Records.WRITER_KEY, "9.1.0".getBytes(UTF_8));
        List<ThrowingCallable> all = List.of(
                () -> store.open(),
                () -> SpoolCheck.check(directory),
                () -> SpoolRepair.repair(directory, java.time.Clock.systemUTC()));
        for (ThrowingCallable one : all) {
            assertThatThrownBy(one)
                    .isInstanceOfSatisfying(
                            SpoolProblem.class,
                            problem -> assertThat(problem.kind()).isEqualTo(SpoolProblem.Kind.TOO_NEW))
                    .hasMessage("the spool in " + directory + " has format 3, which a newer Postern wrote (9.1.0);"
                            + " this one (in development) knows formats up to 2: run"
                            + " that Postern. To move what it holds over to this one:"
                            + " with that, postern spool export DIR; put " + directory
                            + " aside; with this, postern spool import DIR");
        }
        assertThat(get(Records.FORMAT_KEY)).containsExactly(Records.FORMAT + 1);
        assertThat(get(Records.WRITER_KEY)).isEqualTo("9.1.0".getBytes(UTF_8));
    }

    @Test
    void formatThatMakesNoSenseIsRefusedToo() throws IOException {
        for (byte[] format : List.of(new byte[0], new byte[] {-1}, new byte[] {2, 0})) {
            put(Records.FORMAT_KEY, format);
            assertThatThrownBy(store::open)
                    .isInstanceOf(SpoolProblem.class)
                    .hasMessageContaining("which a newer Postern wrote");
        }
    }

    // A crash leaves it before or behind that: both are opened, and what is in it is the same.
    @Test
    void olderStoreIsBroughtForwardHoweverOften() throws IOException {
        put(Records.FORMAT_KEY, new byte[] {1});
        for (int i = 0; i < 3; i++) {
            assertThat(store.read()).isEqualTo(new ArrayList<>(store.kept.values()));
            assertThat(get(Records.FORMAT_KEY)).containsExactly(Records.FORMAT);
        }
        assertThat(SpoolCheck.check(directory)).matches(Inspection::isFine);
    }
}
