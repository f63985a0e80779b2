package org.postern.console;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postern.smtp.AddressLiteral;

/** A place where pages are served by HTTP. Thread-safe. */
final class Port implements AutoCloseable {
    /** Connections at once; who comes then is not let in. */
    static final int CONNECTIONS = 64;

    private static final int BACKLOG = 64;
    private static final Duration LEAVING = Duration.ofSeconds(1);

    /** Out of file descriptors, most likely. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final InetSocketAddress wanted;
    private final ServerSocket socket;
    private final Set<Socket> visitors = ConcurrentHashMap.newKeySet();
    private volatile Optional<Serving> serving = Optional.empty();
    private volatile boolean closed;

    private record Serving(Pages pages, Duration time, Thread thread) {}

    private Port(InetSocketAddress wanted, ServerSocket socket) {
        this.wanted = wanted;
        this.socket = socket;
    }

    /**
     * Takes the address; nobody is answered before {@link #open}.
     *
     * @throws IOException when it can't be listened on; its message says where and why
     */
    static Port at(InetSocketAddress address) throws IOException {
        // A ServerSocket of the JDK is IPv6's, and takes IPv4 too: a 0.0.0.0 of its kind would be [::].
        ServerSocket socket = address.getAddress() instanceof Inet4Address
                ? ServerSocketChannel.open(StandardProtocolFamily.INET).socket()
                : new ServerSocket();
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(address, BACKLOG);
            return new Port(address, socket);
        } catch (IOException problem) {
            socket.close();
            throw new IOException(
                    "can't listen on " + AddressLiteral.text(address) + " (console.listen): " + problem.getMessage(),
                    problem);
        }
    }

    /** What it was to listen on: a port of 0 stands for any. */
    InetSocketAddress wanted() {
        return wanted;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    boolean hasPortOf(InetSocketAddress other) {
        return other.getPort() != 0 && other.getPort() == address().getPort();
    }

    /** The same place once more, after it was closed; open, if this one was. */
    Port again() throws IOException {
        Port again = at(new InetSocketAddress(wanted.getAddress(), socket.getLocalPort()));
        serving.ifPresent(one -> again.open(one.pages(), one.time()));
        return again;
    }

    /**
     * Serves from now on.
     *
     * @param time how long a connection may last
     */
    void open(Pages pages, Duration time) {
        Thread thread = Thread.ofPlatform().daemon().name("console").unstarted(() -> accept(pages, time));
        serving = Optional.of(new Serving(pages, time, thread));
        thread.start();
    }

    private void accept(Pages pages, Duration time) {
        while (!closed) {
            try {
                admit(socket.accept(), pages, time);
            } catch (IOException | RuntimeException | OutOfMemoryError problem) {
                pause();
            }
        }
    }

    private void admit(Socket visitor, Pages pages, Duration time) throws IOException {
        visitors.add(visitor);
        if (closed || visitors.size() > CONNECTIONS) {
            visitors.remove(visitor);
            visitor.close();
            return;
        }
        Thread.ofVirtual().name("console-visitor").start(() -> {
            try {
                new Visitor(visitor, pages, time).run();
            } finally {
                visitors.remove(visitor);
            }
        });
    }

    private void pause() {
        if (closed) {
            return;
        }
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nobody is answered any more when it returns. */
    @Override
    public void close() {
        closed = true;
        shut(socket);
        serving.ifPresent(one -> join(one.thread()));
        visitors.forEach(Port::shut);
    }

    /** The kernel lets clients in for as long as a thread waits for them. */
    private static void join(Thread thread) {
        try {
            thread.join(LEAVING);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private static void shut(Closeable socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // That was the aim.
        }
    }
}
