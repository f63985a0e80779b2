package org.postern.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Takes somebody out of the entries of a store, by all of his addresses. */
final class Forgetting {
    private final Store store;
    private final Set<String> addresses;

    Forgetting(Store store, Set<String> addresses) {
        this.store = store;
        this.addresses = addresses;
    }

    /** Puts an entry in the place of another. */
    interface Change {
        /** False when it is gone meanwhile. */
        boolean change(long number, Entry from, Entry to) throws RocksDBException;
    }

    /** Changes all entries before number {@code end} that tell of him, notes their chunks, and counts them. */
    long all(long end, Change change, Set<Integer> touched) throws RocksDBException {
        var forgotten = new AtomicLong();
        try (RocksIterator at = store.db().newIterator(store.entries())) {
            Leaf.walk(0, end, at, (number, octets) -> {
                if (one(number, octets, change)) {
                    forgotten.incrementAndGet();
                    touched.add(Store.chunk(number));
                }
                return true;
            });
        }
        return forgotten.get();
    }

    private boolean one(long number, byte[] octets, Change change) throws RocksDBException {
        if (addresses.stream().noneMatch(address -> holds(octets, sought(address)))) {
            return false;
        }
        Entry entry = Codec.entry(octets).orElse(null);
        if (entry == null) {
            return false;
        }
        Entry without = entry;
        for (String address : addresses) {
            without = Mask.without(address, without);
        }
        return !without.equals(entry) && change.change(number, entry, without);
    }

    /** Beyond ASCII nobody knows what its upper case looks like in octets, and JSON escapes quotes: then all addresses are looked at. */
    private static byte[] sought(String address) {
        boolean isPlain = address.chars().allMatch(c -> c < 0x80 && c != '"' && c != '\\');
        return (isPlain ? address : "@").toLowerCase(Locale.ROOT).getBytes(UTF_8);
    }

    /** Whether {@code sought}, in lower case, stands in {@code octets}, in whatever case. */
    private static boolean holds(byte[] octets, byte[] sought) {
        for (int i = 0; i + sought.length <= octets.length; i++) {
            int j = 0;
            while (j < sought.length && lower(octets[i + j]) == sought[j]) {
                j++;
            }
            if (j == sought.length) {
                return true;
            }
        }
        return false;
    }

    private static byte lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet + 32) : octet;
    }
}
