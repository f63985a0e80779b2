package org.postern.delivery;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.postern.smtp.AddressLiteral;

/**
 * One run of {@link Connector}: addresses are connected to side by side, each begun a moment after the one before.
 *
 * <p>Every socket belongs to the thread that runs the race: it makes them, and closes all but the winner's at the end, which also ends a
 * connect that still waits. So nothing is left open, whoever was about to win.
 */
final class Race {
    private final List<InetAddress> order;
    private final int port;
    private final Connector.Sources sources;
    private final Connector.Pace pace;
    private final List<Runner> underWay = new ArrayList<>();
    private final List<Reached.Missed> missed = new ArrayList<>();
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    private record Runner(InetAddress address, Socket socket, long sinceNanos) {}

    /** @param problem none when it is connected */
    private record Arrival(Runner runner, Optional<String> problem) {}

    Race(List<InetAddress> order, int port, Connector.Sources sources, Connector.Pace pace) {
        this.order = order;
        this.port = port;
        this.sources = sources;
        this.pace = pace;
    }

    Reached run() throws InterruptedException {
        try {
            Optional<Runner> winner = winner();
            winner.ifPresent(underWay::remove);
            return winner.<Reached>map(won -> new Reached.Connected(won.socket(), missed))
                    .orElseGet(() -> new Reached.Unreachable(missed));
        } finally {
            underWay.forEach(runner -> close(runner.socket()));
        }
    }

    private Optional<Runner> winner() throws InterruptedException {
        long end = System.nanoTime() + pace.patience().toNanos();
        int begun = 0;
        while (begun < order.size() || !underWay.isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                underWay.forEach(runner -> miss(runner, "timed out after " + words(since(runner))));
                return Optional.empty();
            }
            if (begun < order.size()) {
                begin(order.get(begun++));
                left = begun < order.size() ? Math.min(left, pace.moment().toNanos()) : left;
            }
            Arrival arrival = arrivals.poll(left, TimeUnit.NANOSECONDS);
            if (arrival == null) {
                continue;
            }
            if (arrival.problem().isEmpty()) {
                return Optional.of(arrival.runner());
            }
            miss(arrival.runner(), arrival.problem().get());
            underWay.remove(arrival.runner());
            close(arrival.runner().socket());
        }
        return Optional.empty();
    }

    private void begin(InetAddress address) {
        // No SOCKS proxy, whatever the system's properties say: the address that we leave from is part of who we are.
        var runner = new Runner(address, new Socket(Proxy.NO_PROXY), System.nanoTime());
        underWay.add(runner);
        Thread.ofVirtual().name("connect").start(() -> arrivals.add(new Arrival(runner, connect(runner))));
    }

    /** What kept it from being connected. */
    private Optional<String> connect(Runner runner) {
        Optional<InetAddress> source = sources.to(runner.address());
        try {
            if (source.isPresent()) {
                runner.socket().bind(new InetSocketAddress(source.get(), 0));
            }
        } catch (IOException problem) {
            return Optional.of("can't leave from " + AddressLiteral.text(source.get()) + ": " + problem.getMessage());
        }
        try {
            // Without a time of its own: the race closes the socket when it is over.
            runner.socket().connect(new InetSocketAddress(runner.address(), port));
            return Optional.empty();
        } catch (IOException problem) {
            return Optional.of(words(problem));
        }
    }

    private void miss(Runner runner, String problem) {
        missed.add(new Reached.Missed(runner.address(), problem, since(runner)));
    }

    private static Duration since(Runner runner) {
        return Duration.ofNanos(System.nanoTime() - runner.sinceNanos());
    }

    private static String words(Duration time) {
        return time.toMillis() < 1_000 ? time.toMillis() + "ms" : Math.round(time.toMillis() / 1_000.0) + "s";
    }

    private static String words(IOException problem) {
        String message = String.valueOf(problem.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (problem instanceof NoRouteToHostException || lower.contains("unreachable")) {
            return "no route";
        }
        return problem instanceof ConnectException ? lower : message;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // It was not to be used anyway.
        }
    }
}
