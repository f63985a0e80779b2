package org.postern.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests on a Unix socket that only the server's own user (and root) may use: a line of JSON each, a line of JSON for each
 * answer. docs/limits.md has its limits.
 *
 * <p>A platform thread a connection, not a virtual one: answers read the store, and native calls would keep sessions from their carrier.
 */
public final class ControlServer implements AutoCloseable {
    /** The socket's name in the data directory. */
    public static final String NAME = "control.sock";

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    /** How long a connection may wait for its next request, and a client may take to read an answer. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private final Path place;
    private final ServerSocketChannel listener;
    private final Control desk;
    private final Duration idle;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Thread accepting;
    private final Thread watching;
    private volatile boolean closing;

    private ControlServer(Path place, ServerSocketChannel listener, Control desk, Duration idle) {
        this.place = place;
        this.listener = listener;
        this.desk = desk;
        this.idle = idle;
        this.accepting = Thread.ofPlatform().name("control").start(this::accept);
        this.watching = Thread.ofVirtual().name("control-watch").start(this::watch);
    }

    /**
     * Serves in {@code data}, in place of whoever served there before: the caller holds the spool of that directory, so nobody does now.
     * Empty when it can't be, which is said in the log: mail goes on without.
     */
    public static Optional<ControlServer> start(Path data, Control desk) {
        return start(data, desk, IDLE);
    }

    static Optional<ControlServer> start(Path data, Control desk, Duration idle) {
        Path place = data.resolve(NAME);
        try {
            return Optional.of(new ControlServer(place, bind(data, place), desk, idle));
        } catch (IOException problem) {
            LOG.atWarn()
                    .addKeyValue("socket", place)
                    .addKeyValue("problem", problem.getMessage())
                    .addKeyValue("advice", "choose a shorter path for data, on a file system that takes sockets")
                    .log("postern queue will not reach this server");
            return Optional.empty();
        }
    }

    /** In a directory that is nobody else's until it has its mode: a socket is born with what the umask leaves. */
    private static ServerSocketChannel bind(Path data, Path place) throws IOException {
        Path cradle = data.resolve(".control");
        Path born = cradle.resolve("s");
        Files.deleteIfExists(born);
        Files.deleteIfExists(cradle);
        Files.createDirectory(
                cradle, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(born));
            Files.setPosixFilePermissions(born, PosixFilePermissions.fromString("rw-------"));
            Files.move(born, place, StandardCopyOption.ATOMIC_MOVE);
            return listener;
        } catch (IOException | RuntimeException problem) {
            listener.close();
            throw problem;
        } finally {
            Files.deleteIfExists(born);
            Files.deleteIfExists(cradle);
        }
    }

    private void accept() {
        while (!closing) {
            try {
                var connection = new Connection(listener.accept());
                if (connections.size() < Protocol.CONNECTIONS) {
                    connections.add(connection);
                    connection.thread.start();
                } else {
                    connection.turnAway();
                }
            } catch (IOException problem) {
                if (!closing) {
                    LOG.atError().addKeyValue("problem", problem.getMessage()).log("control can't accept");
                    pause(LOOK);
                }
            }
        }
    }

    private void watch() {
        while (!closing) {
            long now = System.nanoTime();
            connections.forEach(connection -> connection.endIfLate(now));
            pause(LOOK.compareTo(idle) < 0 ? LOOK : idle);
        }
    }

    private void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets answers under way end, but not for long, and takes the socket away. Once it returns, nobody asks the desk any more. */
    @Override
    public void close() {
        closing = true;
        watching.interrupt();
        try {
            Files.deleteIfExists(place);
            listener.close();
        } catch (IOException problem) {
            LOG.atWarn()
                    .addKeyValue("socket", place)
                    .addKeyValue("problem", problem.getMessage())
                    .log("control.sock stays behind");
        }
        try {
            accepting.join();
            long until = System.nanoTime() + LAST_ANSWERS.toNanos();
            connections.forEach(Connection::endIfIdle);
            for (Connection connection : connections) {
                connection.thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
                connection.end();
                connection.thread.join();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Connection {
        private final SocketChannel socket;
        private final Lines lines;
        private final Thread thread;
        private boolean waiting;
        private long deadline;

        Connection(SocketChannel socket) {
            this.socket = socket;
            this.lines = new Lines(socket, Protocol.REQUEST_OCTETS);
            this.thread =
                    Thread.ofPlatform().daemon().name("control-connection").unstarted(this::serve);
            await(true);
        }

        private synchronized void await(boolean forRequest) {
            waiting = forRequest;
            deadline = System.nanoTime() + idle.toNanos();
        }

        synchronized void endIfLate(long now) {
            if (now - deadline > 0) {
                end();
            }
        }

        synchronized void endIfIdle() {
            if (waiting) {
                end();
            }
        }

        void end() {
            try {
                socket.close();
            } catch (IOException problem) {
                LOG.atDebug().setCause(problem).log("closing");
            }
        }

        void turnAway() throws IOException {
            try (socket) {
                socket.configureBlocking(false);
                lines.write(Protocol.write(new Answer.Failed(
                        Answer.Reason.BUSY,
                        Protocol.CONNECTIONS + " connections are open, and no more are taken: try again")));
            }
        }

        private void serve() {
            try (socket) {
                while (!closing) {
                    await(true);
                    Optional<String> line = line();
                    await(false);
                    if (line.isEmpty()) {
                        return;
                    }
                    answer(line.get());
                }
            } catch (IOException gone) {
                LOG.atDebug().setCause(gone).log("a control connection ended");
            } finally {
                connections.remove(this);
            }
        }

        private void answer(String line) throws IOException {
            try {
                desk.ask(Protocol.request(line), this::say);
            } catch (Protocol.NotUnderstood problem) {
                say(problem.answer());
            } catch (RuntimeException bug) {
                LOG.atError().setCause(bug).log("a request failed");
                say(new Answer.Failed(Answer.Reason.FAILED, "an error of ours; the server's log has it"));
            }
        }

        private void say(Answer answer) throws IOException {
            await(false);
            lines.write(Protocol.write(answer));
        }

        private Optional<String> line() throws IOException {
            try {
                return lines.read();
            } catch (Lines.TooLong tooLong) {
                // Nobody knows where the next request begins: said, and closed.
                say(new Answer.Failed(Answer.Reason.MALFORMED, String.valueOf(tooLong.getMessage())));
                return Optional.empty();
            }
        }
    }
}
