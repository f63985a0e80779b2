package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.smtp.transcript.Peer;

/** Hands mail to a Postern, which has to take it. */
final class Client implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("kept as (m-[0-9A-Z]{13})");

    private final Peer peer;

    private Client(Peer peer) {
        this.peer = peer;
    }

    /** One from loopback. */
    static Client of(PosternProcess postern) throws IOException {
        return greeting(Peer.to(at(postern)), "client.example", "220 ", "");
    }

    /** One that a front end on 127.0.0.1 names. */
    static Client of(PosternProcess postern, String address, String name) throws IOException {
        String header = "PROXY TCP4 " + address + " 192.0.2.1 4711 25\r\n";
        return greeting(Peer.to(at(postern)), name, "220 ", header);
    }

    private static InetSocketAddress at(PosternProcess postern) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port());
    }

    private static Client greeting(Peer peer, String name, String banner, String first) throws IOException {
        peer.send(first);
        assertThat(peer.reply()).startsWith(banner);
        assertThat(peer.ask("EHLO " + name)).startsWith("250");
        return new Client(peer);
    }

    /** A message by a client of its own; its id. */
    static String send(PosternProcess postern, String from, String... to) throws IOException {
        try (Client client = of(postern)) {
            return client.send(from, to);
        }
    }

    /** A message; its id. */
    String send(String from, String... to) throws IOException {
        return sendContent("From: Ann <ann@example.org>\r\nSubject: onward\r\n\r\nHello\r\n", from, to);
    }

    /** That message, its lines ended by CRLF and none beginning with a dot; its id. */
    String sendContent(String content, String from, String... to) throws IOException {
        assertThat(peer.ask("MAIL FROM:<" + from + ">")).startsWith("250 ");
        for (String one : to) {
            assertThat(peer.ask("RCPT TO:<" + one + ">")).startsWith("250 ");
        }
        assertThat(peer.ask("DATA")).startsWith("354 ");
        String reply = peer.ask(content + ".");
        Matcher id = ID.matcher(reply);
        assertThat(id.find()).as(reply).isTrue();
        return id.group(1);
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }
}
