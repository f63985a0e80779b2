package org.postern.smtp.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.Reply;

/**
 * The content of one message as it streams in, by DATA (RFC 5321 §4.1.1.4: to the line with a single dot, dots unstuffed per
 * §4.5.2) or by BDAT (RFC 3030 §2: counted octets). Bounded in size and line length; every line ends with CR LF, and only CR LF "."
 * CR LF ends DATA, whatever else comes near it (RFC 5321 §2.3.8, §4.1.1.4).
 *
 * <pre>
 *            '.' (DATA)          CR
 *   START ─────────────► DOT ─────────► DOT_CR ── LF ──► END
 *     │ ▲                 │                │
 *     │ └── LF ── CR ◄────┼── other ───────┘  (the dot was stuffing: dropped)
 *     │           ▲       │
 *     └─ other ─► MID ◄───┘     a bare CR or LF: refused, or made CR LF, then MID: a dot behind it is never special
 * </pre>
 */
final class Content extends InputStream {
    private enum State {
        /** After CR LF, and at the start. */
        START,
        /** Within a line. */
        MID,
        /** After a CR. */
        CR,
        /** After a dot at the start of a line of DATA. */
        DOT,
        /** After that dot and a CR. */
        DOT_CR,
        /** The content is complete. */
        END
    }

    /** Where the next chunk comes from when one is used up and wasn't the last. */
    interface Chunks {
        /**
         * The next chunk. Throws when the client gave the message up.
         *
         * @param paceEnd until when it may take, as {@link System#nanoTime} counts, for the message to keep its pace
         */
        Chunk next(long paceEnd) throws IOException;
    }

    /** A chunk of BDAT. */
    record Chunk(long octets, boolean last) {}

    /** Past this many times the largest message we don't read the rest of a refused one away: the connection is closed. */
    private static final int PATIENCE = 4;

    private static final byte[] CRLF = {'\r', '\n'};

    private final Wire wire;
    private final Limits limits;
    private final boolean mendsLineEnds;
    private final boolean dotted;
    private final Chunks chunks;

    private State state = State.START;
    private long octets;
    private long lineLength;
    private long chunkLeft;
    private boolean lastChunk;
    private boolean draining;
    private @Nullable Reply broken;
    private @Nullable IOException cutOff;
    private final long began = System.nanoTime();
    private long arrived;

    /** Made by a step that found no room in the caller's array. */
    private final byte[] carry = new byte[4];

    private int carried;

    private Content(Wire wire, Limits limits, boolean mendsLineEnds, boolean dotted, Chunk first, Chunks chunks) {
        this.wire = wire;
        this.limits = limits;
        this.mendsLineEnds = mendsLineEnds;
        this.dotted = dotted;
        this.chunkLeft = first.octets();
        this.lastChunk = first.last();
        this.chunks = chunks;
    }

    /** Content after DATA's 354. */
    static Content data(Wire wire, Limits limits, boolean mendsLineEnds) {
        return new Content(wire, limits, mendsLineEnds, true, new Chunk(Long.MAX_VALUE, true), _ -> {
            throw new IllegalStateException("DATA has no chunks");
        });
    }

    /** Content after the first BDAT. */
    static Content chunked(Wire wire, Limits limits, boolean mendsLineEnds, Chunk first, Chunks chunks) {
        return new Content(wire, limits, mendsLineEnds, false, first, chunks);
    }

    /** How many octets of content have come so far, line ends counted as two. */
    long octets() {
        return octets;
    }

    /** Whether it has come whole. */
    boolean isComplete() {
        return state == State.END;
    }

    /** The rule that it broke: nobody may have kept it. */
    Optional<Reply> fault() {
        return Optional.ofNullable(broken);
    }

    /** What cut it off: the connection's end, or a client that gave the message up. */
    Optional<IOException> cutOff() {
        return Optional.ofNullable(cutOff);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        if (length == 0) {
            return 0;
        }
        int to = deliverCarried(into, from, from + length);
        while (to == from && state != State.END) {
            to = advance(into, from, from + length);
        }
        return to == from ? -1 : to - from;
    }

    /**
     * Reads away what belongs to this content (of BDAT: to this chunk), so that what comes next is a command.
     *
     * @return false when there is so much of it that the connection had better be closed
     */
    boolean drain() throws IOException {
        draining = true;
        carried = 0;
        if (!dotted && chunkLeft / PATIENCE > limits.messageBytes()) {
            return false;
        }
        var away = new byte[8_192];
        while (dotted ? state != State.END : chunkLeft > 0) {
            if (arrived / PATIENCE > limits.messageBytes()) {
                return false;
            }
            carried = 0;
            if (dotted) {
                advance(away, 0, away.length);
            } else {
                awaitInput();
                take((int) Math.min(wire.buffered(), chunkLeft));
            }
        }
        return true;
    }

    /** Takes what lies there, up to the room in {@code into}; waits for more when nothing does. */
    private int advance(byte[] into, int from, int end) throws IOException {
        if (chunkLeft == 0) {
            return nextChunk(into, from, end);
        }
        awaitInput();
        byte[] buffer = wire.buffer();
        int start = wire.at();
        int at = start;
        int stop = start + (int) Math.min(wire.buffered(), chunkLeft);
        int to = from;
        try {
            while (at < stop && to < end && state != State.END && carried == 0 && (broken == null || draining)) {
                boolean plain = state == State.MID || (state == State.START && !(dotted && buffer[at] == '.'));
                if (plain) {
                    int run = plainRun(buffer, at, Math.min(stop, at + (end - to)));
                    System.arraycopy(buffer, at, into, to, run);
                    at += run;
                    to += run;
                    count(run);
                    if (run > 0) {
                        continue;
                    }
                }
                to = step(buffer[at++], into, to, end);
            }
        } finally {
            take(at - start);
        }
        throwIfBroken();
        return to;
    }

    private void throwIfBroken() throws ContentFault {
        Reply reply = broken;
        if (reply != null && !draining) {
            throw new ContentFault(reply);
        }
    }

    private void take(int consumed) {
        wire.consume(consumed);
        arrived += consumed;
        if (!dotted) {
            chunkLeft -= consumed;
        }
    }

    private int nextChunk(byte[] into, int from, int end) throws IOException {
        if (!lastChunk) {
            try {
                Chunk next = chunks.next(paceEnd());
                chunkLeft = next.octets();
                lastChunk = next.last();
            } catch (IOException gone) {
                cutOff = gone;
                throw gone;
            }
            return from;
        }
        int to = state == State.CR ? bareEnd("CR", into, from, end) : from;
        state = State.END;
        throwIfBroken();
        return to;
    }

    /**
     * How many octets from {@code at} on go through as they are: whole lines whose end and next octet lie before {@code stop} and that
     * don't begin with a dot, and the start of one more. Keeps {@code state} and the line's length.
     */
    private int plainRun(byte[] buffer, int at, int stop) {
        int p = at;
        while (true) {
            int special = LineScan.next(buffer, p, stop);
            lineLength += special - p;
            checkLine();
            if (special > p) {
                state = State.MID;
            }
            p = special;
            boolean lineEnd = p + 2 < stop && buffer[p] == '\r' && buffer[p + 1] == '\n';
            if (!lineEnd) {
                return p - at;
            }
            p += 2;
            lineLength = 0;
            state = State.START;
            if (dotted && buffer[p] == '.') {
                return p - at;
            }
        }
    }

    /** One octet through the state machine. */
    private int step(byte octet, byte[] into, int to, int end) {
        return switch (state) {
            case START -> dotted && octet == '.' ? become(State.DOT, to) : plain(octet, into, to, end);
            case MID -> plain(octet, into, to, end);
            case CR -> {
                if (octet == '\n') {
                    yield lineEnd(into, to, end);
                }
                // CR CR LF is one line end written by a broken program: made two, it would end the header early.
                yield octet == '\r' && mends() ? to : plain(octet, into, bareEnd("CR", into, to, end), end);
            }
            case DOT -> octet == '\r' ? become(State.DOT_CR, to) : plain(octet, into, become(State.MID, to), end);
            case DOT_CR -> {
                if (octet == '\n') {
                    yield become(State.END, to);
                }
                yield octet == '\r' && mends()
                        ? become(State.CR, to)
                        : plain(octet, into, bareEnd("CR", into, to, end), end);
            }
            case END -> throw new IllegalStateException("past the end");
        };
    }

    /** An octet that stands for itself, unless it is part of a line end or not allowed at all. */
    private int plain(byte octet, byte[] into, int to, int end) {
        switch (octet) {
            case '\r' -> {
                return become(State.CR, to);
            }
            case '\n' -> {
                return bareEnd("LF", into, to, end);
            }
            case 0 -> {
                state = State.MID;
                // RFC 5321 §4.5.2 and RFC 6152 §3 leave no place for it, and readers in C stop there.
                fault(554, "5.6.0", "the message holds a NUL octet");
                return to;
            }
            default -> {
                state = State.MID;
                lineLength++;
                checkLine();
                count(1);
                return put(octet, into, to, end);
            }
        }
    }

    private int lineEnd(byte[] into, int to, int end) {
        state = State.START;
        lineLength = 0;
        return putLineEnd(into, to, end);
    }

    /** A CR or LF alone. Mended, it ends a line, but what follows it is no line's start for a dot. */
    private int bareEnd(String which, byte[] into, int to, int end) {
        state = State.MID;
        lineLength = 0;
        if (!mends()) {
            fault(
                    550,
                    "5.5.2",
                    "the message holds a bare " + which + ": lines end with CR LF (RFC 5321 section 2.3.8)");
        }
        return putLineEnd(into, to, end);
    }

    private int putLineEnd(byte[] into, int to, int end) {
        count(2);
        return put(CRLF[1], into, put(CRLF[0], into, to, end), end);
    }

    private int put(byte octet, byte[] into, int to, int end) {
        if (to < end && carried == 0) {
            into[to] = octet;
            return to + 1;
        }
        if (!draining) {
            carry[carried++] = octet;
        }
        return to;
    }

    private int deliverCarried(byte[] into, int from, int end) {
        int room = Math.min(carried, end - from);
        System.arraycopy(carry, 0, into, from, room);
        System.arraycopy(carry, room, carry, 0, carried - room);
        carried -= room;
        return from + room;
    }

    private int become(State next, int to) {
        state = next;
        return to;
    }

    private boolean mends() {
        return mendsLineEnds || broken != null;
    }

    private void count(int more) {
        octets += more;
        if (octets > limits.messageBytes()) {
            fault(
                    552,
                    "5.3.4",
                    "the message is larger than the " + limits.messageBytes() + " octets that are taken here");
        }
    }

    private void checkLine() {
        if (lineLength > limits.contentLineBytes()) {
            fault(
                    554,
                    "5.6.0",
                    "a line of the message is longer than the " + limits.contentLineBytes()
                            + " octets that are taken here");
        }
    }

    /** Notes the first rule broken. The machine goes on, for it must still find the real end. */
    private void fault(int code, String enhanced, String text) {
        if (broken == null) {
            broken = Reply.of(code, enhanced, text);
        }
    }

    private void awaitInput() throws IOException {
        if (wire.buffered() > 0) {
            return;
        }
        long time = Math.min(limits.contentTime().toNanos(), paceEnd() - System.nanoTime());
        wire.allow(time, time);
        try {
            wire.fill(false);
        } catch (IOException gone) {
            cutOff = gone;
            throw gone;
        }
    }

    /**
     * Until when the next octets must come, as {@link System#nanoTime} counts, for the whole not to be slower than a client may be: a
     * minute's grace, then the pace. The chunks of a message share it, and the waits between them are a part of it: else a client
     * that sends an octet a chunk would stay for ever.
     */
    private long paceEnd() {
        if (limits.contentBytesPerSecond() == 0) {
            return began + Long.MAX_VALUE / 2;
        }
        double graceSeconds = Math.min(60, limits.contentTime().toMillis() / 1_000.0);
        double earnedSeconds = graceSeconds + (double) arrived / limits.contentBytesPerSecond();
        return began + (long) (earnedSeconds * 1e9);
    }
}
