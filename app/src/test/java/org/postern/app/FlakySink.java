package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Reply;
import org.postern.smtp.server.SessionHandler;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.server.SmtpServer.Listener;

/**
 * The next hop of a process that crashes, outside of it: remembers what it has taken, and in which life of that process. One recipient in
 * a hundred it refuses at first, and one message in a hundred at its end: once or twice, then it takes them.
 */
final class FlakySink implements AutoCloseable {
    private static final int ONE_IN = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Reply NOT_NOW = Reply.of(451, "4.3.0", "not now");

    private final SmtpServer server;
    private final Map<String, List<Integer>> lives = new ConcurrentHashMap<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger life = new AtomicInteger();

    FlakySink() throws IOException {
        server = SmtpServer.named("sink.example.com")
                .listen(Listener.on(0).trusting(_ -> true), _ -> new Handler())
                .start();
    }

    private final class Handler implements SessionHandler {
        @Override
        public Reply rcpt(ForwardPath to) {
            return isRefused(to.toString()) ? NOT_NOW : Reply.of(250, "2.1.5", "go on");
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            String subject = subject(new String(content.readAllBytes(), ISO_8859_1));
            if (isRefused(subject)) {
                return NOT_NOW;
            }
            for (ForwardPath to : envelope.recipients()) {
                lives.computeIfAbsent(CrashLoad.entry(subject, to.toString()), _ -> new CopyOnWriteArrayList<>())
                        .add(life.get());
                taken.incrementAndGet();
            }
            return Reply.of(250, "2.0.0", "kept");
        }
    }

    /** By the name alone, so that it is the same at each attempt. */
    private boolean isRefused(String name) {
        int hash = Math.floorMod(name.hashCode() * 0x9E3779B9, 1 << 20);
        int times = hash % ONE_IN != 0 ? 0 : 1 + hash / ONE_IN % 2;
        return times > 0 && refusals.merge(name, 1, Integer::sum) <= times;
    }

    private static String subject(String message) {
        return message.lines()
                .filter(line -> line.startsWith("Subject: "))
                .map(line -> line.substring(9))
                .findFirst()
                .orElse("a message without its header");
    }

    int port() {
        return server.addresses().getFirst().getPort();
    }

    /** What was taken so far, an entry for each recipient each time. */
    int taken() {
        return taken.get();
    }

    /** How many recipients and messages were refused at first. */
    int refused() {
        return refusals.size();
    }

    /** The next process begins: what the one before it had sent is taken or lost by then. */
    void nextLife() throws InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (server.sessions() > 0) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("sessions of a dead process: " + server.sessions());
            }
            Thread.sleep(5);
        }
        life.incrementAndGet();
    }

    /** In which lives of the process each entry was taken. */
    Map<String, List<Integer>> lives() {
        return new TreeMap<>(lives);
    }

    /** What was taken twice in one life, though nobody crashed in between. */
    Optional<String> takenTwiceInALife() {
        return lives().entrySet().stream()
                .filter(one -> one.getValue().stream().distinct().count()
                        < one.getValue().size())
                .map(Map.Entry::toString)
                .findFirst();
    }

    @Override
    public void close() {
        server.close();
    }
}
