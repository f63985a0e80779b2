package org.postern.smtp.server;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;

/** A listening socket and the thread that accepts from it. */
final class Entrance {
    private static final Duration FULL_PAUSE = Duration.ofMillis(200);
    private static final Duration LEAVING = Duration.ofSeconds(1);
    private static final Duration WELL = Duration.ofSeconds(1);

    private final SmtpServer server;
    private final ServerSocket socket;
    private final Thread thread;
    private volatile SmtpServer.Door door;
    private volatile boolean isClosed;
    private boolean failing;
    private long failedAt;

    /** {@code others} are there beside it. */
    Entrance(SmtpServer server, SmtpServer.Door door, List<Entrance> others) throws IOException {
        this.server = server;
        this.door = door;
        InetSocketAddress address = door.listener().address();
        // A ServerSocket of the JDK is IPv6's, and takes IPv4 too: a 0.0.0.0 of its kind would be [::].
        socket = address.getAddress() instanceof Inet4Address
                ? ServerSocketChannel.open(StandardProtocolFamily.INET).socket()
                : new ServerSocket();
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            shareWithOtherWildcard(address, others);
            socket.bind(address, 4_096);
        } catch (IOException problem) {
            socket.close();
            throw new IOException("can't listen on " + address + ": " + problem.getMessage(), problem);
        }
        thread = Thread.ofPlatform()
                .daemon()
                .name("smtp-accept-" + socket.getLocalPort())
                .unstarted(this::accept);
    }

    /**
     * Lets 0.0.0.0 and [::] have one port: since [::] takes IPv4 too, Linux binds the second only when both agree to share. IPv4
     * clients then come to 0.0.0.0 alone, the closer match. The first was bound before it agreed, so no other program is let in.
     */
    private void shareWithOtherWildcard(InetSocketAddress address, List<Entrance> others) throws IOException {
        for (Entrance other : others) {
            InetSocketAddress its = other.address();
            boolean samePort = its.getPort() == address.getPort() && !its.equals(address);
            if (samePort && isWildcard(its) && isWildcard(address)) {
                other.socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
        }
    }

    private static boolean isWildcard(InetSocketAddress address) {
        return !address.isUnresolved() && address.getAddress().isAnyLocalAddress();
    }

    SmtpServer.Door door() {
        return door;
    }

    /** Who comes from now on comes to that one. */
    void lead(SmtpServer.Door other) {
        door = other;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    boolean isAt(SmtpServer.Door other) {
        return door.listener().address().equals(other.listener().address());
    }

    boolean hasPortOf(SmtpServer.Door other) {
        int port = other.listener().address().getPort();
        return port != 0 && port == address().getPort();
    }

    void begin() {
        thread.start();
    }

    /** Nobody can come in any more when it returns: the kernel lets clients in for as long as a thread waits for them. */
    void close() {
        isClosed = true;
        try {
            socket.close();
            if (thread.isAlive()) {
                thread.join(LEAVING);
            }
        } catch (IOException ignored) {
            // Nothing listens any more either way.
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nothing ends this thread but a stop: without descriptors even a class may fail to load, in whatever code it is called from. */
    private void accept() {
        while (!server.isStopping() && !isClosed) {
            try {
                server.admit(socket.accept(), this);
                recovered();
            } catch (IOException problem) {
                pause(problem);
            } catch (RuntimeException | LinkageError | OutOfMemoryError problem) {
                pause(new IOException(problem.toString(), problem));
            }
        }
    }

    /** Only once it has gone well for a while: what is short comes and goes, and is told once. */
    private void recovered() {
        if (failing && System.nanoTime() - failedAt > WELL.toNanos()) {
            failing = false;
            server.events().acceptRecovered();
        }
    }

    /** Out of file descriptors, most likely: others will be closed soon. */
    private void pause(IOException problem) {
        if (server.isStopping() || isClosed) {
            return;
        }
        failedAt = System.nanoTime();
        try {
            if (!failing) {
                failing = true;
                server.events().acceptFailing(problem);
            }
            Thread.sleep(FULL_PAUSE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | LinkageError untold) {
            // Then it isn't told; it is tried again all the same.
            failing = false;
        }
    }
}
