package org.postern.dns;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Messages to one server and back: over UDP from a port of its own for each question, with EDNS (RFC 6891), and over TCP what did not
 * fit (RFC 7766 §5). It blocks, and holds one socket at a time, which it always closes. Safe for many threads.
 *
 * <p>Not dnsjava's own: there one thread reads for all, sweeps out what is late only when for a while nothing came at all, and keeps one
 * TCP connection for everybody.
 */
final class Wire {
    /** RFC 9715: what passes every path without being cut. */
    private static final int UDP_OCTETS = 1_232;

    /** Room for servers that do not keep to that. */
    private static final int LARGEST = 4_096;

    /** RFC 5452 §9.2: so many messages that answer nothing asked are an attempt to be one that does. TCP shows who is who. */
    private static final int MOST_FALSE = 8;

    private final InetSocketAddress server;
    private final Duration timeout;
    private final int flags;

    /** @param flags of EDNS */
    Wire(InetSocketAddress server, Duration timeout, int flags) {
        this.server = server;
        this.timeout = timeout;
        this.flags = flags;
    }

    /**
     * Asks, and waits no longer than the time-out, nor than {@code end}.
     *
     * @param end as of {@link System#nanoTime()}
     * @throws SocketTimeoutException when nothing that answers came in time
     */
    Message send(Message query, long end) throws IOException {
        Message sent = query.clone();
        if (sent.getOPT() == null) {
            sent.addRecord(new OPTRecord(UDP_OCTETS, 0, 0, flags), Section.ADDITIONAL);
        }
        byte[] octets = sent.toWire();
        long mine = System.nanoTime() + timeout.toNanos();
        long first = mine - end < 0 ? mine : end;
        Optional<Message> reply = overUdp(sent, octets, first);
        return reply.isPresent() ? reply.get() : overTcp(sent, octets, first);
    }

    /** Empty when it does not fit, or when there is more noise than answer. */
    private Optional<Message> overUdp(Message sent, byte[] octets, long end) throws IOException {
        try (var socket = new DatagramSocket()) {
            // The kernel passes on what comes from there only, and says when nobody listens there.
            socket.connect(server);
            socket.send(new DatagramPacket(octets, octets.length));
            // A datagram may be lost: once more at half-time.
            long again = System.nanoTime() + (end - System.nanoTime()) / 2;
            boolean repeated = false;
            byte[] buffer = new byte[LARGEST];
            int noise = 0;
            while (noise < MOST_FALSE) {
                var packet = new DatagramPacket(buffer, buffer.length);
                try {
                    socket.setSoTimeout(millisUntil(repeated ? end : again));
                    socket.receive(packet);
                } catch (SocketTimeoutException late) {
                    if (repeated) {
                        throw late;
                    }
                    socket.send(new DatagramPacket(octets, octets.length));
                    repeated = true;
                    continue;
                }
                Optional<Message> reply = fitting(Arrays.copyOf(buffer, packet.getLength()), sent);
                if (reply.isPresent()) {
                    return reply.filter(whole -> !whole.getHeader().getFlag(Flags.TC));
                }
                noise++;
            }
            return Optional.empty();
        }
    }

    private Message overTcp(Message sent, byte[] octets, long end) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(server, millisUntil(end));
            // RFC 7766 §8: the length and the message in one segment.
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(2 + octets.length)
                            .putShort((short) octets.length)
                            .put(octets)
                            .array());
            byte[] length = read(socket, 2, end);
            byte[] reply = read(socket, (length[0] & 0xff) << 8 | (length[1] & 0xff), end);
            return fitting(reply, sent).orElseThrow(() -> new IOException("an answer to another question"));
        }
    }

    /** Each read waits for what is left in all, so that an octet now and then wins no time. */
    private static byte[] read(Socket socket, int count, long end) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        byte[] octets = new byte[count];
        int at = 0;
        while (at < count) {
            socket.setSoTimeout(millisUntil(end));
            int got = in.read(octets, at, count - at);
            if (got < 0) {
                throw new EOFException("the server closed the connection");
            }
            at += got;
        }
        return octets;
    }

    /** RFC 5452 §9.1: an answer has the number and the question of what was asked. */
    private static Optional<Message> fitting(byte[] octets, Message sent) {
        Message reply;
        try {
            reply = new Message(octets);
        } catch (IOException | RuntimeException noMessage) {
            return Optional.empty();
        }
        Record asked = sent.getQuestion();
        Record answered = reply.getQuestion();
        boolean fits = reply.getHeader().getFlag(Flags.QR)
                && reply.getHeader().getID() == sent.getHeader().getID()
                && answered != null
                && answered.getName().equals(asked.getName())
                && answered.getType() == asked.getType()
                && answered.getDClass() == asked.getDClass();
        return fits ? Optional.of(reply) : Optional.empty();
    }

    private static int millisUntil(long end) throws SocketTimeoutException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("timed out");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
