package org.postern.smtp.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds the octets that framing cares about, eight at a time. */
final class LineScan {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private LineScan() {}

    /** The first CR, LF or NUL in {@code octets} from {@code from} to before {@code stop}; {@code stop} when there is none. */
    static int next(byte[] octets, int from, int stop) {
        int at = from;
        while (at + 8 <= stop) {
            long eight = (long) LONGS.get(octets, at);
            // A high bit for each octet below 14 (and perhaps for one above such an octet: only the first counts).
            long low = (eight - ONES * 14) & ~eight & HIGHS;
            if (low == 0) {
                at += 8;
            } else {
                at += Long.numberOfTrailingZeros(low) >>> 3;
                if (isSpecial(octets[at])) {
                    return at;
                }
                at++;
            }
        }
        while (at < stop && !isSpecial(octets[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpecial(byte octet) {
        return octet == '\r' || octet == '\n' || octet == 0;
    }
}
