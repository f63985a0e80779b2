package org.postern.smtp.transcript;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Plays a transcript as the client, over a real socket, and says at which line the server departs from it. */
public final class Player implements AutoCloseable {
    /** Less where thousands of mutants are silent: the profile mutants sets it. */
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("transcript.patience", 10));

    private static final byte[] NOTHING_KEPT = new byte[0];

    /** The session's name at the end of a refusal. */
    private static final Pattern NAME = Pattern.compile(" ?\\[(s-[0-9A-Z]{15})]$");

    private final Transcript transcript;
    private final SSLContext trustAll;
    private final Supplier<List<byte[]>> kept;
    private Socket socket;
    private InputStream in;
    private final ByteArrayOutputStream packet = new ByteArrayOutputStream();
    private boolean moreOfReply;
    private String session = "";
    private byte[] message = NOTHING_KEPT;
    private int messageAt;
    private boolean messageTaken;

    private Player(
            Transcript transcript,
            InetSocketAddress server,
            SSLContext trustAll,
            boolean implicit,
            Supplier<List<byte[]>> kept)
            throws IOException {
        this.transcript = transcript;
        this.trustAll = trustAll;
        this.kept = kept;
        this.socket = new Socket(server.getAddress(), server.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        this.in = socket.getInputStream();
        if (implicit) {
            handshake();
        }
    }

    /**
     * Plays it.
     *
     * @param implicit whether TLS begins with the first octet
     * @param kept the messages that the server has kept so far
     * @throws AssertionError naming the line where the server said something else
     */
    public static void play(
            Transcript transcript,
            InetSocketAddress server,
            SSLContext trustAll,
            boolean implicit,
            Supplier<List<byte[]>> kept)
            throws IOException {
        try (var player = new Player(transcript, server, trustAll, implicit, kept)) {
            for (Transcript.Step step : transcript.steps()) {
                player.take(step);
            }
            player.flush();
            player.nothingMoreKept();
        }
    }

    private void take(Transcript.Step step) throws IOException {
        switch (step) {
            case Transcript.Setting _ -> {}
            case Transcript.Send send -> packet.writeBytes(send.octets().getBytes(ISO_8859_1));
            case Transcript.Pause _ -> flush();
            case Transcript.Handshake _ -> {
                flush();
                handshake();
            }
            case Transcript.HangUp _ -> {
                flush();
                socket.close();
            }
            case Transcript.Expect expect -> expect(expect);
            case Transcript.ExpectClosed closed -> expectClosed(closed);
            case Transcript.Kept line -> keptLine(line);
            case Transcript.KeptNone none ->
                require(none, "no message kept", kept.get().isEmpty());
        }
    }

    private void flush() throws IOException {
        if (packet.size() > 0) {
            socket.getOutputStream().write(packet.toByteArray());
            socket.getOutputStream().flush();
            packet.reset();
        }
    }

    private void handshake() throws IOException {
        var secured = (SSLSocket) trustAll.getSocketFactory().createSocket(socket, "mx.example.com", 0, true);
        secured.startHandshake();
        socket = secured;
        in = secured.getInputStream();
    }

    private void expect(Transcript.Expect expect) throws IOException {
        flush();
        if (expect.text().equals("...")) {
            while (moreOfReply) {
                line(expect);
            }
            return;
        }
        String got = line(expect);
        String wanted = expect.text();
        if (!wanted.contains("[s-")) {
            got = NAME.matcher(got).replaceFirst("");
        }
        boolean right =
                wanted.endsWith("...") ? got.startsWith(wanted.substring(0, wanted.length() - 3)) : got.equals(wanted);
        require(expect, wanted + "\n     but the server said: " + got, right);
    }

    private String line(Transcript.Step step) throws IOException {
        var line = new ByteArrayOutputStream();
        try {
            int octet = in.read();
            while (octet != '\n') {
                require(step, "a reply, but the server closed after \"" + line.toString(UTF_8) + "\"", octet >= 0);
                line.write(octet);
                octet = in.read();
            }
        } catch (SocketTimeoutException silence) {
            throw new AssertionError(
                    at(step) + "a reply, but the server is silent after \"" + line.toString(UTF_8) + "\"", silence);
        }
        String text = line.toString(UTF_8);
        require(step, "a line that ends with CR LF", text.endsWith("\r"));
        text = text.substring(0, text.length() - 1);
        if (text.startsWith("220 ") && !text.startsWith("220 2.")) {
            // A banner: of the first session, or of the one that XCLIENT begins.
            session = "";
        }
        moreOfReply = text.length() > 3 && text.charAt(3) == '-';
        if (!moreOfReply && (text.startsWith("4") || text.startsWith("5"))) {
            requireName(step, text);
        }
        return text;
    }

    /** Each refusal names its session, always the same one. A transcript needn't say so. */
    private void requireName(Transcript.Step step, String refusal) {
        Matcher name = NAME.matcher(refusal);
        boolean named = name.find() && (session.isEmpty() || session.equals(name.group(1)));
        require(step, "a refusal that ends with [" + session + "]\n     but the server said: " + refusal, named);
        session = name.group(1);
    }

    private void expectClosed(Transcript.ExpectClosed closed) throws IOException {
        flush();
        int octet;
        try {
            octet = in.read();
        } catch (SocketTimeoutException silence) {
            throw new AssertionError(at(closed) + "the connection closed, but it is open", silence);
        } catch (IOException reset) {
            octet = -1;
        }
        require(closed, "the connection closed, but the server said more", octet < 0);
    }

    private void keptLine(Transcript.Kept line) throws IOException {
        if (!messageTaken) {
            List<byte[]> messages = kept.get();
            require(line, "a message kept", !messages.isEmpty());
            message = messages.getLast();
            messageTaken = true;
        }
        int end = Math.min(message.length, messageAt + line.octets().length());
        String next = new String(message, messageAt, end - messageAt, ISO_8859_1);
        require(line, show(line.octets()) + "\n     but the message has: " + show(next), next.equals(line.octets()));
        messageAt = end;
    }

    private void nothingMoreKept() {
        if (messageTaken && messageAt < message.length) {
            String rest = new String(message, messageAt, message.length - messageAt, ISO_8859_1);
            throw new AssertionError(transcript.name() + ": the message goes on: " + show(rest));
        }
    }

    private void require(Transcript.Step step, String what, boolean right) {
        if (!right) {
            throw new AssertionError(at(step) + what);
        }
    }

    private String at(Transcript.Step step) {
        return transcript.name() + ":" + step.line() + ": expected ";
    }

    private static String show(String octets) {
        return octets.chars()
                .mapToObj(c -> c >= 0x20 && c < 0x7f ? Character.toString(c) : String.format("<x%02X>", c))
                .collect(Collectors.joining());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
