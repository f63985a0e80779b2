package org.postern.delivery;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One port of 127.0.0.1 and of ::1, each of which answers, refuses, or is a black hole. */
final class Port implements AutoCloseable {
    static final InetAddress V4 = InetAddress.ofLiteral("127.0.0.1");
    static final InetAddress V6 = InetAddress.ofLiteral("::1");
    private static final Duration MOST_PATIENT = Duration.ofSeconds(10);

    /** What an address does. */
    enum Manner {
        ANSWERS,
        REFUSES,
        /** Its SYNs are dropped: Linux does so with those of a listener whose backlog is full. */
        BLACK_HOLE
    }

    private final ServerSocket v4;
    private final ServerSocket v6;
    private final List<Socket> fillers = new ArrayList<>();

    private Port(ServerSocket v4, ServerSocket v6) {
        this.v4 = v4;
        this.v6 = v6;
    }

    static Port with(Manner four, Manner six) throws IOException {
        Port port = free(four, six);
        port.be(port.v4, four);
        port.be(port.v6, six);
        return port;
    }

    private static Port free(Manner four, Manner six) throws IOException {
        while (true) {
            var v4 = new ServerSocket(0, backlog(four), V4);
            try {
                return new Port(v4, new ServerSocket(v4.getLocalPort(), backlog(six), V6));
            } catch (BindException taken) {
                v4.close();
            }
        }
    }

    private static int backlog(Manner manner) {
        return manner == Manner.BLACK_HOLE ? 1 : 100;
    }

    private void be(ServerSocket server, Manner manner) throws IOException {
        switch (manner) {
            case ANSWERS -> {}
            case REFUSES -> server.close();
            case BLACK_HOLE -> fill(server);
        }
    }

    private void fill(ServerSocket server) throws IOException {
        for (int i = 0; i < 20; i++) {
            var filler = new Socket();
            fillers.add(filler);
            try {
                filler.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 200);
            } catch (SocketTimeoutException full) {
                return;
            }
        }
        throw new IOException("the backlog can't be filled");
    }

    int number() {
        return v4.getLocalPort();
    }

    /** Answers by IPv6 from now on. */
    void mendV6() throws IOException {
        v6.setSoTimeout(200);
        try {
            while (true) {
                v6.accept().close();
            }
        } catch (SocketTimeoutException empty) {
            v6.setSoTimeout(0);
        }
    }

    /** The connections to this port, begun or whole, that this host's programs hold: of a socket that was closed the kernel shows no inode. */
    long held() throws IOException {
        String remote = ":%04X".formatted(number());
        long held = 0;
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
                String[] columns = line.strip().split("\\s+", -1);
                held += columns[2].endsWith(remote) && !columns[9].equals("0") ? 1 : 0;
            }
        }
        return held - fillers.stream().filter(Socket::isConnected).count();
    }

    /**
     * Waits until so many are held. Looks ever more rarely: looking makes garbage, and where garbage is collected, sockets that nobody
     * closed are closed too.
     */
    boolean comesToHold(long many) throws IOException, InterruptedException {
        return comesToHold(many, MOST_PATIENT);
    }

    boolean comesToHold(long many, Duration longestPause) throws IOException, InterruptedException {
        long pause = 1;
        while (held() != many) {
            if (pause > longestPause.toMillis()) {
                return false;
            }
            Thread.sleep(pause);
            pause *= 2;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        for (Socket filler : fillers) {
            filler.close();
        }
        v4.close();
        v6.close();
    }
}
