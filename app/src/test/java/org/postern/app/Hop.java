package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Another mail server, of a test's own, on an address of loopback: an honest one, but for what its manner says. */
final class Hop implements AutoCloseable {
    /** In place of a reply: the connection is closed. */
    static final String CLOSE = "close";

    /** In place of a reply: nothing, until the client goes. */
    static final String STALL = "stall";

    /** What it says, where it is not what an honest server says. */
    interface Manner {
        Manner HONEST = _ -> Optional.empty();

        /**
         * Its reply, which may have several lines with CRLF between them.
         *
         * @param asked the command; {@code banner} before there is one, {@code .} for the content
         */
        Optional<String> answer(String asked);

        /** One that says {@code reply} to what begins with {@code verb}. */
        static Manner saying(String verb, String reply) {
            return asked -> asked.startsWith(verb) ? Optional.of(reply) : Optional.empty();
        }
    }

    /**
     * A message whose content came whole, whatever was said to it then.
     *
     * @param from without angle brackets; empty for a report
     * @param content line ends as LF, dots unstuffed
     */
    record Message(String from, List<String> to, String content, boolean secured) {}

    private final ServerSocket listener;
    private final Optional<SSLContext> tls;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private volatile Manner manner;

    private Hop(ServerSocket listener, Manner manner, Optional<SSLContext> tls) {
        this.listener = listener;
        this.manner = manner;
        this.tls = tls;
        Thread.ofVirtual().start(this::accept);
    }

    static Hop at(String address, int port, Manner manner) throws IOException {
        return new Hop(listen(address, port), manner, Optional.empty());
    }

    /** One that offers STARTTLS. */
    static Hop at(String address, int port, Manner manner, SSLContext tls) throws IOException {
        return new Hop(listen(address, port), manner, Optional.of(tls));
    }

    private static ServerSocket listen(String address, int port) throws IOException {
        return new ServerSocket(port, 100, InetAddress.ofLiteral(address));
    }

    /** Behaves so from now on. */
    void behave(Manner other) {
        manner = other;
    }

    List<Message> messages() {
        return List.copyOf(messages);
    }

    /** All that was said to it, but content. */
    List<String> commands() {
        return List.copyOf(commands);
    }

    /** How many there were. */
    int connections() {
        return connections.get();
    }

    /** How many there were at once. */
    int most() {
        return most.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                connections.incrementAndGet();
                open.add(client);
                most.accumulateAndGet(open.size(), Math::max);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // It was closed.
        }
    }

    private void serve(Socket client) {
        try (client) {
            new Session(client).run();
        } catch (IOException | UncheckedIOException gone) {
            // The client has what it wanted, or not.
        } finally {
            open.remove(client);
        }
    }

    private final class Session {
        private Socket socket;
        private BufferedReader in;
        private String from = "";
        private List<String> to = new ArrayList<>();

        Session(Socket socket) throws IOException {
            this.socket = socket;
            this.in = reader(socket);
        }

        private static BufferedReader reader(Socket from) throws IOException {
            return new BufferedReader(new InputStreamReader(from.getInputStream(), ISO_8859_1));
        }

        void run() throws IOException {
            boolean goesOn = say("banner", "220 hop ESMTP");
            for (String line = goesOn ? in.readLine() : null; line != null; line = goesOn ? in.readLine() : null) {
                commands.add(line);
                goesOn = obey(line);
            }
        }

        private boolean obey(String line) throws IOException {
            return switch (line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT)) {
                case "EHLO" -> say(line, tls.isPresent() && !isSecured() ? "250-hop\r\n250 STARTTLS" : "250 hop");
                case "STARTTLS" -> say(line, "220 go") && secure();
                case "MAIL" -> {
                    from = path(line);
                    to = new ArrayList<>();
                    yield say(line, "250 2.1.0 ok");
                }
                case "RCPT" -> {
                    String reply = manner.answer(line).orElse("250 2.1.5 ok");
                    if (reply.startsWith("2")) {
                        to.add(path(line));
                    }
                    yield say(reply);
                }
                case "DATA" -> to.isEmpty() ? say(line, "503 5.5.1 nobody") : say(line, "354 go") && content();
                case "QUIT" -> {
                    say(line, "221 2.0.0 bye");
                    yield false;
                }
                default -> say(line, "250 2.0.0 ok");
            };
        }

        private static String path(String line) {
            return line.substring(line.indexOf('<') + 1, line.indexOf('>'));
        }

        private boolean content() throws IOException {
            var content = new StringBuilder();
            for (String line = in.readLine(); !".".equals(line); line = in.readLine()) {
                if (line == null) {
                    return false;
                }
                content.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
            }
            messages.add(new Message(from, List.copyOf(to), content.toString(), isSecured()));
            return say(".", "250 2.0.0 taken");
        }

        private boolean isSecured() {
            return socket instanceof SSLSocket;
        }

        private boolean secure() throws IOException {
            var secured = (SSLSocket) tls.orElseThrow().getSocketFactory().createSocket(socket, "client", 1, true);
            secured.setUseClientMode(false);
            secured.startHandshake();
            socket = secured;
            in = reader(secured);
            return true;
        }

        private boolean say(String asked, String honest) throws IOException {
            return say(manner.answer(asked).orElse(honest));
        }

        /** Whether it goes on then. */
        private boolean say(String reply) throws IOException {
            if (reply.equals(CLOSE)) {
                return false;
            }
            if (reply.equals(STALL)) {
                while (in.read() >= 0) {
                    // Until the client has enough.
                }
                return false;
            }
            socket.getOutputStream().write((reply + "\r\n").getBytes(ISO_8859_1));
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket client : open) {
            client.close();
        }
    }
}
