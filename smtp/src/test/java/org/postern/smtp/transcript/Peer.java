package org.postern.smtp.transcript;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;

/** The other end of a connection, where a transcript can't say what a test does. Fails by an exception after {@link Player}'s patience with silence. */
public final class Peer implements Closeable {
    private Socket socket;
    private InputStream in;

    private Peer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Player.PATIENCE.toMillis());
        this.in = new BufferedInputStream(socket.getInputStream(), 512);
    }

    /** Connects; the banner is still to be read. */
    public static Peer to(InetSocketAddress server) throws IOException {
        return new Peer(new Socket(server.getAddress(), server.getPort()));
    }

    /** Connects from another address of loopback, which is another client. */
    public static Peer from(String address, InetSocketAddress server) throws IOException {
        return new Peer(new Socket(server.getAddress(), server.getPort(), InetAddress.ofLiteral(address), 0));
    }

    /** Connects, and reads the banner. */
    public static Peer greetedBy(InetSocketAddress server) throws IOException {
        Peer peer = to(server);
        peer.reply();
        return peer;
    }

    /** A line with its end, and its reply. */
    public String ask(String line) throws IOException {
        send(line + "\r\n");
        return reply();
    }

    /** Octets, as they are. */
    public void send(String octets) throws IOException {
        out().write(octets.getBytes(ISO_8859_1));
        out().flush();
    }

    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** A whole reply, lines parted by LF; empty when the server has closed. */
    public String reply() throws IOException {
        var reply = new StringBuilder();
        String line;
        do {
            line = line();
            reply.append(reply.isEmpty() ? "" : "\n").append(line);
        } while (line.length() > 3 && line.charAt(3) == '-');
        return reply.toString();
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        int octet = read();
        while (octet >= 0 && octet != '\n') {
            line.append((char) octet);
            octet = read();
        }
        return line.toString().strip();
    }

    /** An octet; -1 when the server has closed, in whatever way. */
    public int read() throws IOException {
        try {
            return in.read();
        } catch (java.net.SocketTimeoutException silence) {
            throw silence;
        } catch (IOException reset) {
            return -1;
        }
    }

    /** TLS from here on. */
    public SSLSocket secure() throws IOException {
        return secure(new String[] {"TLSv1.3", "TLSv1.2"});
    }

    /** TLS from here on, of one of these versions. */
    public SSLSocket secure(String[] protocols) throws IOException {
        var secured = (SSLSocket)
                TestCertificate.trustAll().getSocketFactory().createSocket(socket, "mx.example.com", 0, true);
        secured.setEnabledProtocols(protocols);
        secured.startHandshake();
        socket = secured;
        in = new BufferedInputStream(secured.getInputStream(), 512);
        return secured;
    }

    /** The socket as it is now. */
    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
