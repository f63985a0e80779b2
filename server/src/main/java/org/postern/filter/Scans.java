package org.postern.filter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import org.postern.message.Header;

/**
 * One message, looked at by all filters side by side while it comes in. For one thread: {@link #tee}, read to the end, then
 * {@link #finish}; and {@link #close} in any case, which gives up whatever still goes on.
 *
 * <p>Of the content no more is held than {@value #PIECE_BYTES} octets and {@value Feed#MAX_PIECES} such pieces for each filter.
 */
public final class Scans implements AutoCloseable {
    /** Octets of a piece. */
    static final int PIECE_BYTES = 65_536;

    private static final int FIRST = 4_096;

    private final List<Scan> scans;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(FIRST);
    private long octets;

    Scans(List<Filter> filters, Transaction transaction, Header header) {
        this.scans = filters.stream()
                .map(filter -> new Scan(filter, transaction, header))
                .toList();
        this.octets =
                header.fields().stream().mapToLong(field -> field.length()).sum();
    }

    /** The same octets, which the filters see as they are read: those behind the header, the empty line first. */
    public InputStream tee(InputStream rest) {
        return scans.isEmpty() ? rest : new Tee(rest);
    }

    private final class Tee extends InputStream {
        private final InputStream from;

        Tee(InputStream from) {
            this.from = from;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int at, int most) throws IOException {
            int got = from.read(target, at, most);
            if (got > 0) {
                show(target, at, got);
            }
            return got;
        }

        @Override
        public int available() throws IOException {
            return from.available();
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }

    private void show(byte[] source, int from, int length) throws IOException {
        int at = from;
        while (at < from + length) {
            int part = Math.min(PIECE_BYTES - pending.size(), from + length - at);
            pending.write(source, at, part);
            at += part;
            if (pending.size() == PIECE_BYTES) {
                handOver();
            }
        }
    }

    private void handOver() throws InterruptedIOException {
        byte[] piece = pending.toByteArray();
        pending.reset();
        octets += piece.length;
        // First to all who have room: so the clocks of those who have none run side by side.
        var full = new ArrayList<Scan>();
        for (Scan scan : scans) {
            if (!scan.offer(piece, octets)) {
                full.add(scan);
            }
        }
        try {
            for (Scan scan : full) {
                scan.put(piece);
            }
        } catch (InterruptedException stop) {
            throw interrupted();
        }
    }

    /**
     * What each filter came to, in the order of the configuration, once all of the message has come. Waits for them no longer than the
     * longest of their times; who has not answered by then has a {@code temperror}.
     *
     * @throws InterruptedIOException when the thread is to stop
     */
    public List<Outcome> finish() throws InterruptedIOException {
        if (pending.size() > 0) {
            handOver();
        }
        scans.forEach(scan -> scan.end(octets));
        var outcomes = new ArrayList<Outcome>();
        try {
            for (Scan scan : scans) {
                outcomes.add(scan.outcome());
            }
        } catch (InterruptedException stop) {
            throw interrupted();
        }
        return outcomes;
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("stopped while filters look at a message");
    }

    @Override
    public void close() {
        scans.forEach(Scan::stop);
    }
}
