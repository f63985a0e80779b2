package org.postern.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes through the parts of a message while it streams, a line at a time: RFC 2046 §5.1.1. One use, one thread.
 *
 * <pre>
 * header ──► multipart: between (preamble) ──delimiter──► header of a part ──► ...
 *    ▲  │                    ▲                                                   │
 *    │  ├► message: header   └──────────── between (epilogue) ◄──last delimiter──┤
 *    │  └► else: body ───────────────────────────────────────────delimiter──────┘
 *    └───────────────────────────────────────────────────────────────────────────
 * </pre>
 */
final class PartWalk {
    /** As Postfix's mime_nesting_limit. */
    static final int MOST_NESTED = 100;

    /** Of one part, in octets. */
    static final int LONGEST_HEADER = 262_144;

    private static final int BUFFER = 16_384;
    private static final byte[] LINE_END = {'\r', '\n'};

    /** Who is told of what stands there. All octets of the message come by one of these, in their order. */
    interface Visitor {
        /** A part begins: its header, and the empty line where it has one. */
        void part(Part part) throws NotConvertible;

        /** Octets of a body that has no parts, within one line. */
        void body(byte[] octets, int from, int to) throws NotConvertible;

        /** A line of such a body ends. The line end before a delimiter is no part of the body. */
        void lineEnd();

        /** Such a body has ended. */
        void endOfBody() throws NotConvertible;

        /** What stands between parts and is theirs to no reader: delimiters, preambles, epilogues; line ends come as they are. */
        void between(byte[] octets, int from, int to);
    }

    private enum Place {
        HEADER,
        BODY,
        BETWEEN,
        END
    }

    /** A multipart that is open, in so many messages one inside the other. */
    private record Level(String delimiter, boolean isDigest, boolean isSigned, int messages) {}

    private final InputStream in;
    private final Visitor visitor;
    private final byte[] buffer = new byte[BUFFER];
    private final List<Level> levels = new ArrayList<>();
    private final ByteArrayOutputStream header = new ByteArrayOutputStream();
    private int start;
    private int limit;
    private boolean ended;
    private Place place = Place.HEADER;
    private boolean isMessage = true;
    private int messages;
    private boolean atLineStart = true;
    private boolean lineEndHeld;

    PartWalk(InputStream in, Visitor visitor) {
        this.in = in;
        this.visitor = visitor;
    }

    /** Goes on to the end. */
    void toEnd() throws IOException {
        boolean more = true;
        while (more) {
            more = step();
        }
    }

    /** Goes on by a line, or a piece of a long one; whether there was any. */
    boolean step() throws IOException {
        if (place == Place.END) {
            return false;
        }
        int end = find();
        if (start == limit) {
            finish();
            return false;
        }
        boolean whole = end >= 0;
        // The last octet of a piece may be the CR of the line's end.
        int stop = whole ? end : ended ? limit : limit - 1;
        line(start, stop, whole);
        start = whole ? stop + 2 : stop;
        atLineStart = whole;
        return true;
    }

    /** Where the next line ends; -1 when it goes on past the buffer, or ends with the message. */
    private int find() throws IOException {
        int scanned = start;
        while (true) {
            for (int i = scanned; i + 1 < limit; i++) {
                if (buffer[i] == '\r' && buffer[i + 1] == '\n') {
                    return i;
                }
            }
            scanned = Math.max(start, limit - 1);
            if (ended || (start == 0 && limit == buffer.length)) {
                return -1;
            }
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, limit - start);
                scanned -= start;
                limit -= start;
                start = 0;
            }
            int got = in.read(buffer, limit, buffer.length - limit);
            ended = got < 0;
            limit += Math.max(0, got);
        }
    }

    private void line(int from, int to, boolean whole) throws NotConvertible {
        int level = atLineStart && (whole || ended) ? levelOf(from, to) : -1;
        if (level >= 0) {
            delimiter(level, from, to, whole);
            return;
        }
        switch (place) {
            case HEADER -> headerLine(from, to, whole);
            case BODY -> {
                if (lineEndHeld) {
                    visitor.lineEnd();
                }
                lineEndHeld = whole;
                visitor.body(buffer, from, to);
            }
            case BETWEEN, END -> {
                releaseLineEnd();
                visitor.between(buffer, from, to);
                lineEndHeld = whole;
            }
        }
    }

    private void releaseLineEnd() {
        if (lineEndHeld) {
            visitor.between(LINE_END, 0, 2);
            lineEndHeld = false;
        }
    }

    /** The innermost multipart that this line delimits the parts of; -1 when none. */
    private int levelOf(int from, int to) {
        if (to - from < 3 || buffer[from] != '-' || buffer[from + 1] != '-') {
            return -1;
        }
        for (int i = levels.size() - 1; i >= 0; i--) {
            if (isDelimiter(levels.get(i).delimiter, from, to)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isDelimiter(String delimiter, int from, int to) {
        if (to - from < delimiter.length()) {
            return false;
        }
        for (int i = 0; i < delimiter.length(); i++) {
            if ((buffer[from + i] & 0xff) != delimiter.charAt(i)) {
                return false;
            }
        }
        int at = from + delimiter.length();
        at += isClosing(at, to) ? 2 : 0;
        // RFC 2046 §5.1.1: "transport padding".
        while (at < to && Field.isSpace(buffer[at])) {
            at++;
        }
        return at == to;
    }

    private boolean isClosing(int at, int to) {
        return to - at >= 2 && buffer[at] == '-' && buffer[at + 1] == '-';
    }

    private void delimiter(int level, int from, int to, boolean whole) throws NotConvertible {
        leave();
        releaseLineEnd();
        visitor.between(buffer, from, to);
        if (whole) {
            visitor.between(LINE_END, 0, 2);
        }
        messages = levels.get(level).messages;
        boolean last = isClosing(from + levels.get(level).delimiter.length(), to);
        levels.subList(last ? level : level + 1, levels.size()).clear();
        place = last ? Place.BETWEEN : Place.HEADER;
        isMessage = false;
    }

    /** What was open ends here. */
    private void leave() throws NotConvertible {
        switch (place) {
            case HEADER -> headerEnds(false);
            case BODY -> visitor.endOfBody();
            case BETWEEN, END -> {}
        }
    }

    private void headerLine(int from, int to, boolean whole) throws NotConvertible {
        if (from == to && atLineStart && whole) {
            headerEnds(true);
            return;
        }
        header.write(buffer, from, to - from);
        if (whole) {
            header.writeBytes(LINE_END);
        }
        if (header.size() > LONGEST_HEADER) {
            throw new NotConvertible("the header of a part is longer than " + LONGEST_HEADER + " octets");
        }
    }

    private void headerEnds(boolean hasBody) throws NotConvertible {
        byte[] octets = header.toByteArray();
        header.reset();
        boolean inDigest = !isMessage && !levels.isEmpty() && levels.getLast().isDigest;
        boolean isSigned = !levels.isEmpty() && levels.getLast().isSigned;
        Part part = Part.of(
                Header.of(octets, octets.length),
                hasBody,
                isMessage,
                isSigned,
                inDigest ? ContentType.MESSAGE : ContentType.TEXT);
        visitor.part(part);
        switch (part.kind()) {
            case MULTIPART -> {
                requireNotTooDeep();
                ContentType type = part.type();
                String delimiter = "--" + type.boundary().orElseThrow();
                levels.add(new Level(
                        delimiter,
                        type.subtype().equals("digest"),
                        isSigned || type.subtype().equals("signed"),
                        messages));
                place = Place.BETWEEN;
                lineEndHeld = false;
            }
            case MESSAGE -> {
                messages++;
                requireNotTooDeep();
                isMessage = true;
            }
            case PLAIN, OPAQUE -> {
                place = Place.BODY;
                lineEndHeld = false;
            }
        }
        if (!hasBody) {
            place = Place.BETWEEN;
        }
    }

    private void requireNotTooDeep() throws NotConvertible {
        if (levels.size() + messages > MOST_NESTED) {
            throw new NotConvertible("its parts are nested more than " + MOST_NESTED + " deep");
        }
    }

    private void finish() throws NotConvertible {
        if (place == Place.BODY && lineEndHeld) {
            lineEndHeld = false;
            visitor.lineEnd();
        }
        leave();
        releaseLineEnd();
        place = Place.END;
    }
}
