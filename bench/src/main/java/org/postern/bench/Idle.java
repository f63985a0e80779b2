package org.postern.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postern.bench.Server.Client;

/** Many sessions that have said EHLO and wait: what each costs in memory, and how soon a newcomer is greeted meanwhile. */
public final class Idle {
    private static final int NEWCOMERS = 1_000;
    private static final int OPENERS = 16;

    private Idle() {}

    /** {@code [SESSIONS]}, 18,000 by default. */
    public static void main(String[] arguments) throws Exception {
        int sessions = arguments.length == 0 ? 18_000 : Integer.parseInt(arguments[0]);
        String limits = "sessions = " + (sessions + 1_000) + "\nsessions-per-client = " + sessions
                + "\ncommand-time-under-load = \"5m\"";
        try (Server server = Server.start(limits, System.getenv().getOrDefault("POSTERN_JVM", ""))) {
            // What the code itself takes once it has run is no session's.
            open(1_000).forEach(Idle::close);
            Thread.sleep(1_000);
            long before = server.residentKib();
            long began = System.nanoTime();
            List<Client> idle = open(sessions);
            double seconds = (System.nanoTime() - began) / 1e9;
            double[] greeted = newcomers();
            long after = server.residentKib();
            System.out.printf(
                    "%,d sessions after EHLO, opened in %.1f s%n"
                            + "resident: %.0f MiB before, %.0f MiB with them: %.1f KiB for each%n"
                            + "newcomers greeted meanwhile, of %,d: median %.2f ms, p99 %.2f ms, most %.2f ms%n",
                    sessions,
                    seconds,
                    before / 1024.0,
                    after / 1024.0,
                    (after - before) / (double) sessions,
                    NEWCOMERS,
                    greeted[NEWCOMERS / 2],
                    greeted[NEWCOMERS * 99 / 100],
                    greeted[NEWCOMERS - 1]);
            // They are still there, and still answer.
            for (Client client : idle) {
                client.ask("NOOP");
            }
            System.out.println("all of them answered a NOOP afterwards");
        }
    }

    private static List<Client> open(int count) throws Exception {
        var clients = new ArrayList<Client>(count);
        try (ExecutorService openers = Executors.newFixedThreadPool(OPENERS)) {
            List<Callable<List<Client>>> parts = new ArrayList<>();
            for (int part = 0; part < OPENERS; part++) {
                int from = part;
                parts.add(() -> {
                    var mine = new ArrayList<Client>();
                    for (int i = from; i < count; i += OPENERS) {
                        var client = new Client(i);
                        client.reply();
                        client.ask("EHLO client.example.org");
                        mine.add(client);
                    }
                    return mine;
                });
            }
            for (Future<List<Client>> part : openers.invokeAll(parts)) {
                clients.addAll(part.get());
            }
        }
        return clients;
    }

    /** Milliseconds from before the connection to its banner, sorted. */
    private static double[] newcomers() throws IOException {
        double[] times = new double[NEWCOMERS];
        for (int i = 0; i < NEWCOMERS; i++) {
            long began = System.nanoTime();
            try (Client client = new Client(i)) {
                client.reply();
                times[i] = (System.nanoTime() - began) / 1e6;
            }
        }
        Arrays.sort(times);
        return times;
    }

    private static void close(Client client) {
        try {
            client.close();
        } catch (IOException gone) {
            // It is not measured.
        }
    }
}
