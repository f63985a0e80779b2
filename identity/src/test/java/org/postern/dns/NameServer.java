package org.postern.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/** A small name server on loopback, by UDP and TCP, with the names of a {@link TestZone}. It can be slow, mute, or lie. */
public final class NameServer implements AutoCloseable {
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger askedByTcp = new AtomicInteger();
    private volatile UnaryOperator<Message> zone;
    private volatile Duration delay = Duration.ZERO;
    private volatile Manner manner = Manner.HONEST;

    /** How it behaves. */
    public enum Manner {
        /** Answers. */
        HONEST,
        /** Says nothing. */
        MUTE,
        /** Says by UDP that the answer does not fit, whatever it is. */
        TRUNCATING,
        /** Answers another question. */
        ABOUT_ANOTHER_NAME,
        /** Answers under another number. */
        WRONG_ID,
        /** Sends octets that are no message. */
        GARBAGE,
        /** Is not reached by the first datagram. */
        LOSING_THE_FIRST,
        /** Is outrun by somebody who guesses. */
        GUESSED_AT,
        /** Is outrun by somebody who guesses without end. */
        GUESSED_AT_WITHOUT_END,
        /** Says by UDP that it does not fit, and then an octet now and then. */
        TRICKLING
    }

    private NameServer(TestZone zone, DatagramSocket udp, ServerSocket tcp) {
        this.zone = zone::reply;
        this.udp = udp;
        this.tcp = tcp;
    }

    /** On a free port of 127.0.0.1. */
    public static NameServer with(TestZone zone) throws IOException {
        return with(zone, InetAddress.getLoopbackAddress());
    }

    /** On a free port of {@code loopback}. */
    public static NameServer with(TestZone zone, InetAddress loopback) throws IOException {
        while (true) {
            var tcp = new ServerSocket(0, 50, loopback);
            try {
                var udp = new DatagramSocket(tcp.getLocalPort(), loopback);
                var server = new NameServer(zone, udp, tcp);
                Thread.ofPlatform().daemon().name("name-server-udp").start(server::serveUdp);
                Thread.ofPlatform().daemon().name("name-server-tcp").start(server::serveTcp);
                return server;
            } catch (java.net.BindException taken) {
                tcp.close();
            }
        }
    }

    /** Where it is. */
    public InetSocketAddress address() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    /** Behaves so from now on. */
    public void behave(Manner how) {
        manner = how;
    }

    /** Answers so late from now on. */
    public void delay(Duration each) {
        delay = each;
    }

    /** Has other names from now on. */
    public void serve(TestZone other) {
        zone = other::reply;
    }

    /** Answers as {@code replies} does from now on, whatever its manner was. */
    void answer(UnaryOperator<Message> replies) {
        zone = replies;
    }

    /** How many questions came. */
    public int asked() {
        return asked.get();
    }

    /** How many of them came by TCP. */
    public int askedByTcp() {
        return askedByTcp.get();
    }

    private void serveUdp() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4_096], 4_096);
                udp.receive(packet);
                asked.incrementAndGet();
                Thread.ofVirtual().start(() -> answerUdp(packet));
            }
        } catch (IOException closed) {
            // It was closed.
        }
    }

    private void answerUdp(DatagramPacket packet) {
        try {
            for (byte[] octets : replies(Arrays.copyOf(packet.getData(), packet.getLength()), true)) {
                udp.send(new DatagramPacket(octets, octets.length, packet.getSocketAddress()));
            }
        } catch (IOException | InterruptedException gone) {
            // Nobody waits any more.
        }
    }

    private void serveTcp() {
        try {
            while (true) {
                Socket client = tcp.accept();
                Thread.ofVirtual().start(() -> answerTcp(client));
            }
        } catch (IOException closed) {
            // It was closed.
        }
    }

    private void answerTcp(Socket client) {
        try (client;
                var in = new DataInputStream(client.getInputStream());
                var out = new DataOutputStream(client.getOutputStream())) {
            while (true) {
                byte[] query = in.readNBytes(in.readUnsignedShort());
                asked.incrementAndGet();
                askedByTcp.incrementAndGet();
                for (byte[] octets : replies(query, false)) {
                    out.writeShort(octets.length);
                    if (manner == Manner.TRICKLING) {
                        for (byte octet : octets) {
                            Thread.sleep(50);
                            out.write(octet);
                        }
                    } else {
                        out.write(octets);
                    }
                }
            }
        } catch (IOException | InterruptedException gone) {
            // It has what it wanted.
        }
    }

    private List<byte[]> replies(byte[] octets, boolean overUdp) throws IOException, InterruptedException {
        Thread.sleep(delay);
        var query = new Message(octets);
        Message reply = zone.apply(query);
        var replies = new ArrayList<byte[]>();
        switch (manner) {
            case HONEST -> replies.add(overUdp ? cut(reply) : reply.toWire(65_535));
            case MUTE -> {}
            case LOSING_THE_FIRST -> {
                if (asked.get() > 1) {
                    replies.add(reply.toWire(65_535));
                }
            }
            case GUESSED_AT, GUESSED_AT_WITHOUT_END -> {
                byte[] guess = reply.toWire(65_535);
                guess[0] ^= 1;
                for (int i = 0; overUdp && i < (manner == Manner.GUESSED_AT ? 3 : 100); i++) {
                    replies.add(guess);
                }
                replies.add(reply.toWire(65_535));
            }
            case TRUNCATING, TRICKLING -> {
                if (overUdp) {
                    reply.removeAllRecords(Section.ANSWER);
                    reply.getHeader().setFlag(Flags.TC);
                }
                replies.add(reply.toWire(65_535));
            }
            case ABOUT_ANOTHER_NAME -> {
                reply.removeAllRecords(Section.QUESTION);
                reply.addRecord(
                        TestZone.query(new Question(new DnsName("another.test"), RecordType.A))
                                .getQuestion(),
                        Section.QUESTION);
                replies.add(reply.toWire(65_535));
            }
            case WRONG_ID -> {
                reply.getHeader().setID(reply.getHeader().getID() ^ 1);
                replies.add(reply.toWire(65_535));
            }
            case GARBAGE -> replies.add(new byte[] {octets[0], octets[1], -1, -1, 7, 7, 7});
        }
        return replies;
    }

    private static byte[] cut(Message reply) {
        byte[] whole = reply.toWire(65_535);
        if (whole.length <= 1_232) {
            return whole;
        }
        reply.removeAllRecords(Section.ANSWER);
        reply.getHeader().setFlag(Flags.TC);
        return reply.toWire(65_535);
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
