package org.postern.smtp.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.Reply;

/**
 * A connection's octets in both directions, with deadlines. What is written is gathered until somebody has to answer it. For one thread;
 * another may {@link #cut}.
 */
final class ClientWire {
    /** What a reply may have: RFC 5321 §4.5.3.1.5 says 512 octets a line, and no number of lines. */
    private static final int MAX_LINE = 4_096;

    private static final int MAX_REPLY = 65_536;
    private static final int MAX_LINES = 1_000;

    private static final int GATHERED = 65_536;

    /** How long the other side may take to show that what lies there is no reply, under TLS. */
    private static final int GLANCE_MILLIS = 200;

    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final Watch watch;
    private final AutoCloseable connection;

    /** The socket, where there is one: a Unix socket has none in Java. */
    private final @Nullable Socket plain;

    private @Nullable Socket secured;
    private InputStream in;
    private OutputStream out;

    private final byte[] input = new byte[4_096];
    private int at;
    private int end;
    private byte[] gathered = new byte[1_024];
    private int length;

    private volatile long due = Long.MAX_VALUE;
    private volatile boolean late;
    private volatile boolean cut;
    private Stage stage = Stage.BANNER;

    ClientWire(Socket socket, Watch watch) throws IOException {
        this.watch = watch;
        this.connection = socket;
        this.plain = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        watch.add(this);
    }

    ClientWire(SocketChannel channel, Watch watch) {
        this.watch = watch;
        this.connection = channel;
        this.plain = null;
        this.in = Channels.newInputStream(channel);
        this.out = Channels.newOutputStream(channel);
        watch.add(this);
    }

    /** What follows belongs to {@code next}, and may take {@code time}. */
    void begin(Stage next, Duration time) {
        stage = next;
        allow(time);
    }

    /** From now on. */
    void allow(Duration time) {
        due = System.nanoTime() + time.toNanos();
    }

    /** Nobody has to answer for now. */
    void rest() {
        due = Long.MAX_VALUE;
    }

    Stage stage() {
        return stage;
    }

    // --- writing
    // ---------------------------------------------------------------------------------------------------------------

    void write(byte[] octets) throws ClientProblem {
        write(octets, 0, octets.length);
    }

    /** Gathers; when there is much, it goes out. */
    void write(byte[] octets, int from, int count) throws ClientProblem {
        int left = count;
        int next = from;
        while (left > 0) {
            makeRoom(left);
            int taken = Math.min(left, gathered.length - length);
            System.arraycopy(octets, next, gathered, length, taken);
            length += taken;
            next += taken;
            left -= taken;
        }
    }

    private void makeRoom(int wanted) throws ClientProblem {
        if (length + wanted <= gathered.length) {
            return;
        }
        if (gathered.length < GATHERED) {
            byte[] larger = new byte[Math.min(GATHERED, Math.max(gathered.length * 2, length + wanted))];
            System.arraycopy(gathered, 0, larger, 0, length);
            gathered = larger;
        } else if (length == gathered.length) {
            flush();
        }
    }

    void flush() throws ClientProblem {
        if (length == 0) {
            return;
        }
        try {
            out.write(gathered, 0, length);
            out.flush();
            length = 0;
        } catch (IOException problem) {
            throw broken(problem);
        }
    }

    /** Gives back what content needed. */
    void shrink() {
        if (length == 0 && gathered.length > 8_192) {
            gathered = new byte[1_024];
        }
    }

    // --- reading
    // ---------------------------------------------------------------------------------------------------------------

    /** Whether the other side has said something that nobody asked for. Quick; what TLS hides it does not see. */
    boolean hasSpoken() throws ClientProblem {
        try {
            return at < end || in.available() > 0;
        } catch (IOException problem) {
            throw broken(problem);
        }
    }

    /** The same, under TLS too: waits a moment when what lies there may be a reply or TLS's own. */
    boolean hasSpokenBehindTls() throws ClientProblem {
        if (hasSpoken()) {
            return true;
        }
        Socket tls = secured;
        Socket raw = plain;
        if (tls == null || raw == null) {
            return false;
        }
        try {
            if (raw.getInputStream().available() == 0) {
                return false;
            }
            tls.setSoTimeout(GLANCE_MILLIS);
            try {
                fill();
                return true;
            } catch (SocketTimeoutException silence) {
                return false;
            } finally {
                tls.setSoTimeout(0);
            }
        } catch (IOException problem) {
            throw broken(problem);
        }
    }

    /** Reads one reply, after all that was gathered has gone out. */
    Reply readReply() throws ClientProblem {
        flush();
        var reply = new ByteArrayOutputStream(128);
        for (int lines = 1; ; lines++) {
            int start = reply.size();
            readLine(reply);
            byte[] octets = reply.toByteArray();
            if (lines > MAX_LINES || octets.length > MAX_REPLY) {
                throw problem(ClientProblem.Kind.GARBLED, "it answered without end");
            }
            if (!hasMore(octets, start)) {
                return Reply.parse(octets)
                        .orElseThrow(() ->
                                problem(ClientProblem.Kind.GARBLED, "it said what is no reply: " + shown(octets)));
            }
        }
    }

    /** RFC 5321 §4.2.1: a hyphen behind the code tells that more lines follow. */
    private static boolean hasMore(byte[] octets, int line) {
        return octets.length - line > 3 && octets[line + 3] == '-' && octets[line] >= '0' && octets[line] <= '9';
    }

    private void readLine(ByteArrayOutputStream into) throws ClientProblem {
        int from = into.size();
        while (true) {
            for (int i = at; i < end; i++) {
                if (input[i] == '\n') {
                    into.write(input, at, i + 1 - at);
                    at = i + 1;
                    return;
                }
            }
            into.write(input, at, end - at);
            at = end;
            if (into.size() - from > MAX_LINE) {
                throw problem(ClientProblem.Kind.GARBLED, "it sent a line of more than " + MAX_LINE + " octets");
            }
            try {
                fill();
            } catch (IOException problem) {
                throw broken(problem);
            }
        }
    }

    private void fill() throws IOException {
        at = 0;
        end = 0;
        int got = in.read(input, 0, input.length);
        if (got < 0) {
            throw problem(ClientProblem.Kind.CLOSED, "it closed the connection");
        }
        end = got;
    }

    private static String shown(byte[] octets) {
        var text = new StringBuilder();
        for (int i = 0; i < Math.min(octets.length, 80); i++) {
            int c = octets[i] & 0xff;
            if (c != '\r' && c != '\n') {
                text.append(c < 0x20 || c > 0x7e ? '?' : (char) c);
            }
        }
        return text.toString();
    }

    // --- TLS
    // -------------------------------------------------------------------------------------------------------------------

    /** The socket to begin TLS over. RFC 3207 §4.2: what came in clear behind the reply to STARTTLS is no part of it. */
    Socket requirePlain() throws ClientProblem {
        Socket socket = plain;
        if (socket == null || secured != null) {
            throw new IllegalStateException("TLS is begun once, and over TCP");
        }
        if (at < end) {
            throw problem(ClientProblem.Kind.TLS_FAILED, "it went on in clear after its reply to STARTTLS");
        }
        return socket;
    }

    void secured(Socket tls) throws ClientProblem {
        try {
            secured = tls;
            in = tls.getInputStream();
            out = tls.getOutputStream();
        } catch (IOException problem) {
            throw broken(problem);
        }
    }

    boolean isSecured() {
        return secured != null;
    }

    // --- the end
    // ---------------------------------------------------------------------------------------------------------------

    ClientProblem problem(ClientProblem.Kind kind, String text) {
        return new ClientProblem(kind, stage, text);
    }

    /** What an exception means. */
    ClientProblem broken(IOException problem) {
        if (problem instanceof ClientProblem known) {
            return known;
        }
        if (late) {
            return new ClientProblem(ClientProblem.Kind.TIMED_OUT, stage, "it took too long", null, problem);
        }
        String how = cut ? "the connection was broken off here" : "the connection broke: " + problem.getMessage();
        return new ClientProblem(ClientProblem.Kind.CLOSED, stage, how, null, problem);
    }

    boolean isLate() {
        return late;
    }

    void cutIfLate(long now) {
        if (due - now < 0) {
            late = true;
            cut();
        }
    }

    /** Ends the connection without a word. On any thread. */
    void cut() {
        cut = true;
        close();
    }

    /** Lets go. Under TLS it is told so, RFC 8446 §6.1. */
    void close() {
        Socket tls = secured;
        if (tls != null && !cut) {
            // It may not take even that.
            allow(FAREWELL);
            closeQuietly(tls);
        }
        closeQuietly(connection);
        watch.remove(this);
    }

    private static void closeQuietly(AutoCloseable open) {
        try {
            open.close();
        } catch (Exception broken) {
            // It is closed all the same, and nobody is left to tell.
        }
    }
}
