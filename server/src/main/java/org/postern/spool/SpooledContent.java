package org.postern.spool;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;
import org.rocksdb.RocksDBException;

/** Reads a message's content piece by piece, and compares its length and checksum at the end. */
final class SpooledContent extends InputStream {
    private final Store store;
    private final SpooledMessage message;
    private final CRC32C crc = new CRC32C();
    private byte[] piece = {};
    private int at;
    private int next;
    private long left;

    SpooledContent(Store store, SpooledMessage message) {
        this.store = store;
        this.message = message;
        this.left = message.octets();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int wanted) throws IOException {
        if (wanted == 0) {
            return 0;
        }
        if (left == 0) {
            requireChecksum();
            return -1;
        }
        while (at == piece.length) {
            fetch();
        }
        int got = (int) Math.min(Math.min(wanted, piece.length - at), left);
        System.arraycopy(piece, at, into, from, got);
        crc.update(piece, at, got);
        at += got;
        left -= got;
        return got;
    }

    private void fetch() throws IOException {
        try {
            byte[] found = store.db().get(store.contents(), Records.key(message.id(), next));
            if (found == null) {
                throw damaged("piece " + next + " of its content is missing");
            }
            piece = found;
            at = next == 0 ? Records.openingLength(found) : 0;
            next++;
        } catch (RocksDBException problem) {
            throw Store.problem(store.directory(), problem);
        }
        if (at > piece.length || (at == piece.length && next > 1)) {
            throw damaged("its content ends too early");
        }
    }

    private void requireChecksum() throws SpoolProblem {
        if ((int) crc.getValue() != message.checksum()) {
            throw damaged("its content has another checksum than it came with");
        }
    }

    private SpoolProblem damaged(String how) {
        return new SpoolProblem(
                SpoolProblem.Kind.DAMAGED,
                "message " + message.id() + " is damaged: " + how + "; run: postern spool repair");
    }
}
