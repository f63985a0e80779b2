package org.postern.smtp.transcript;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A server that plays a script, for clients to be shown what other servers do.
 *
 * <pre>
 *   S: 220 mx.example.com        what it says, with CRLF; &lt;LF&gt;, &lt;CR&gt;, &lt;NUL&gt; write odd octets, S! adds no line end
 *   C: EHLO client.example       what the client has to say then
 *   close, reset, stall          ends the connection; waits until the client does
 *   tls, garbage, tls1.0         goes on in TLS; in what is none; in what is too old
 *   ----                         the next connection
 * </pre>
 */
public final class ScriptedServer implements AutoCloseable {
    /** A ServerHello of TLS 1.0, RFC 2246 §7.4.1.3, with TLS_RSA_WITH_AES_128_CBC_SHA. */
    private static final String TLS_1_0 = "160301002a" + "02000026" + "0301" + "11".repeat(32) + "00" + "002f" + "00";

    private final ServerSocket listener;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final List<String> connections;
    private final BlockingQueue<String> faults = new LinkedBlockingQueue<>();
    private final Thread thread;

    /** On a free port of loopback. */
    public ScriptedServer(String script) throws IOException {
        this.listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        this.connections = List.of(script.split("(?m)^----\n", -1));
        this.thread = Thread.ofPlatform().daemon().start(this::play);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private void play() {
        for (String script : connections) {
            try (Socket socket = listener.accept()) {
                play(script, socket);
            } catch (IOException gone) {
                faults.add("the script was not played to its end: " + gone);
            }
        }
        faults.add("");
    }

    private void play(String script, Socket plain) throws IOException {
        Socket socket = plain;
        for (String line : script.lines().toList()) {
            if (line.startsWith("S: ") || line.startsWith("S!")) {
                String end = line.startsWith("S!") ? "" : "\r\n";
                socket.getOutputStream().write((octets(line.substring(3)) + end).getBytes(ISO_8859_1));
                said.add(line.substring(3));
            } else if (line.startsWith("C: ") || line.equals("C:")) {
                String wanted = line.length() > 3 ? octets(line.substring(3)) : "";
                String said = readLine(socket.getInputStream());
                if (!said.equals(wanted)) {
                    faults.add("the client said \"" + said + "\" for \"" + wanted + "\"");
                    return;
                }
            } else if (line.equals("tls")) {
                SSLContext context = TestCertificate.server();
                SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "client", 1, true);
                tls.setUseClientMode(false);
                tls.startHandshake();
                socket = tls;
            } else if (line.equals("garbage")) {
                socket.getInputStream().read(new byte[1_000]);
                socket.getOutputStream()
                        .write("what is TLS, please?\r\n".repeat(20).getBytes(ISO_8859_1));
                socket.shutdownOutput();
                return;
            } else if (line.equals("tls1.0")) {
                socket.getInputStream().read(new byte[1_000]);
                socket.getOutputStream().write(HexFormat.of().parseHex(TLS_1_0));
                socket.shutdownOutput();
                return;
            } else if (line.equals("reset")) {
                socket.setSoLinger(true, 0);
                return;
            } else if (line.equals("stall")) {
                while (socket.getInputStream().read() >= 0) {
                    // Until the client has enough.
                }
                return;
            } else if (line.equals("close")) {
                return;
            } else if (!line.isBlank()) {
                throw new IllegalArgumentException(line);
            }
        }
        // What is left to say is QUIT, or nothing.
        socket.setSoTimeout(10_000);
        String last = readLine(socket.getInputStream());
        if (last.equals("QUIT")) {
            socket.getOutputStream().write("221 bye\r\n".getBytes(ISO_8859_1));
        } else if (!last.isEmpty()) {
            faults.add("the client went on: " + last);
        }
    }

    private static String octets(String text) {
        return text.replace("<CR>", "\r").replace("<LF>", "\n").replace("<NUL>", "\0");
    }

    private static String readLine(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            line.write(octet);
            String text = line.toString(ISO_8859_1);
            if (text.endsWith("\r\n")) {
                return text.substring(0, text.length() - 2);
            }
        }
        return line.toString(ISO_8859_1);
    }

    /** Waits until it has said {@code line}. */
    public void awaitSaid(String line) throws IOException {
        try {
            for (String one = said.poll(20, TimeUnit.SECONDS);
                    !line.equals(one);
                    one = said.poll(20, TimeUnit.SECONDS)) {
                assertThat(one).as("before " + line).isNotNull();
            }
        } catch (InterruptedException stop) {
            throw new IOException(stop);
        }
    }

    /** Whether all was played as it stands. */
    public void verify() throws InterruptedException {
        assertThat(faults.poll(20, TimeUnit.SECONDS)).isEmpty();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        thread.interrupt();
    }
}
