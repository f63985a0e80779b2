package org.postern.dkim;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Brings a body into its canonical form while it streams by: RFC 6376 §3.4.3, §3.4.4. Lines end with CR LF; one of them alone is an octet. */
abstract sealed class Canonicalizer permits SimpleBody, RelaxedBody {
    private static final byte[] LINE_END = {'\r', '\n'};

    /** What {@link #emitLineEnds} writes at once. */
    private static final int AT_ONCE = 512;

    private static final byte[] LINE_ENDS = "\r\n".repeat(AT_ONCE).getBytes(US_ASCII);

    /** Each update of a hash costs as much as some hundred octets: shorter runs are gathered. */
    private static final int SHORT = 512;

    private final List<BodyHash> hashes = new ArrayList<>();
    private final byte[] gathered = new byte[4_096];
    private int filled;

    static Canonicalizer of(Form form) {
        return switch (form) {
            case SIMPLE -> new SimpleBody();
            case RELAXED -> new RelaxedBody();
        };
    }

    final BodyHash hash(OptionalLong limit) {
        long wanted = limit.orElse(Long.MAX_VALUE);
        for (BodyHash hash : hashes) {
            if (hash.limit() == wanted) {
                return hash;
            }
        }
        var hash = new BodyHash(wanted);
        hashes.add(hash);
        return hash;
    }

    /** The next octets of the body. */
    abstract void add(byte[] octets, int from, int to);

    /** There are no more: the hashes are whole then. */
    final void finish() {
        end();
        flush();
    }

    /** There are no more: what was held and counts is emitted. */
    abstract void end();

    final void emit(byte[] octets, int from, int to) {
        int length = to - from;
        if (length > gathered.length - filled || length > SHORT) {
            flush();
        }
        if (length > SHORT) {
            update(octets, from, to);
        } else {
            System.arraycopy(octets, from, gathered, filled, length);
            filled += length;
        }
    }

    private void flush() {
        update(gathered, 0, filled);
        filled = 0;
    }

    private void update(byte[] octets, int from, int to) {
        for (BodyHash hash : hashes) {
            hash.add(octets, from, to);
        }
    }

    final void emitLineEnd() {
        emit(LINE_END, 0, 2);
    }

    final void emitLineEnds(long count) {
        for (long left = count; left > 0; left -= AT_ONCE) {
            emit(LINE_ENDS, 0, 2 * (int) Math.min(left, AT_ONCE));
        }
    }
}
