package org.postern.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A milter that notes what it is told and answers as it is told to: {@code c}, unless there is another answer for the letter. A packet is
 * written as its letter and its data.
 */
final class ScriptedMilter implements AutoCloseable {
    /** Letters, and the bit that says that nothing is answered to them. */
    private static final Map<Character, Integer> UNANSWERED = Map.of(
            'C', 0x1000, 'H', 0x2000, 'M', 0x4000, 'R', 0x8000, 'T', 0x1_0000, 'L', 0x80, 'N', 0x4_0000, 'B', 0x8_0000);

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final CountDownLatch left = new CountDownLatch(1);
    private final ScriptedPeer peer;

    ScriptedMilter(int protocol, Map<Character, List<String>> answers) throws IOException {
        this(6, protocol, answers);
    }

    ScriptedMilter(int version, int protocol, Map<Character, List<String>> answers) throws IOException {
        peer = new ScriptedPeer((in, out) -> {
            var macros = "";
            while (true) {
                String packet = read(in);
                char kind = packet.charAt(0);
                if (kind == 'O') {
                    seen.add(packet);
                    out.writeInt(13);
                    out.writeByte('O');
                    out.writeInt(version);
                    out.writeInt(0x21);
                    out.writeInt(protocol);
                } else if (kind == 'D') {
                    macros = packet;
                } else if (kind == 'Q') {
                    seen.add(packet);
                    left.countDown();
                    return;
                } else {
                    seen.add(macros.isEmpty() ? packet : packet + " " + macros);
                    macros = "";
                    if ((protocol & UNANSWERED.getOrDefault(kind, 0)) == 0) {
                        for (String answer : answers.getOrDefault(kind, List.of("c"))) {
                            send(out, answer);
                        }
                    }
                }
                out.flush();
            }
        });
    }

    /** The next packet, letter and data. */
    static String read(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), ISO_8859_1);
    }

    static void send(DataOutputStream out, String packet) throws IOException {
        out.writeInt(packet.length());
        out.write(packet.getBytes(ISO_8859_1));
    }

    String address() {
        return peer.tcp();
    }

    /** Waits for the packet with which it is left. */
    boolean isLeft() throws InterruptedException {
        return left.await(20, TimeUnit.SECONDS);
    }

    /** Packets without their macros, a bar for each NUL. */
    List<String> seen() {
        return seen.stream()
                .map(packet -> packet.replaceFirst("(?s) D.*", "").replace('\0', '|'))
                .toList();
    }

    /** The macros that came before the first packet of that letter. */
    String macros(char kind) {
        return seen.stream()
                .filter(packet -> packet.charAt(0) == kind && packet.contains(" D"))
                .findFirst()
                .map(packet -> packet.substring(packet.indexOf(" D") + 2).replace('\0', '|'))
                .orElse("none");
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }
}
