package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.spool.StoreLibrary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code postern rehearse DIRECTORY}: starts a server there, hands it one message, asks what became of it,
 * and stops it. The build does so to write the JVM's
 * cache of loaded classes (JEP 514), by which later starts are quicker. What only a first start needs (a certificate is made) has no
 * place in that cache, so the build rehearses twice in one directory and keeps the second's.
 */
@Command(name = "rehearse", hidden = true, description = "Run once through a start, a message and a stop.")
final class Rehearse implements Callable<Integer> {
    private static final Pattern NAME = Pattern.compile("m-[0-9A-Z]{13}");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Parameters(index = "0", paramLabel = "DIRECTORY")
    private Path directory;

    @Parameters(
            index = "1",
            paramLabel = "NATIVE",
            arity = "0..1",
            description = "Where the store's native library is put.")
    private @Nullable Path natives;

    @SuppressWarnings("NullAway.Init") // picocli sets the field
    Rehearse() {}

    @Override
    public Integer call() throws Exception {
        Path file = Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            data = "data"
            [[listen]]
            address = "127.0.0.1:0"
            role = "trusted"
            [domains."example.com"]
            deliver = "maildir:mail/{domain}/{local}"
            mailboxes = "any"
            """);
        if (!(Config.read(file) instanceof Config.Result.Valid valid)) {
            return 1;
        }
        Logging.configure(valid.config().logFormat());
        if (natives != null) {
            StoreLibrary.unpack(natives);
        }
        String message;
        int worst;
        try (Mta mta = Mta.start(valid.config())) {
            message = send(mta.addresses().getFirst());
            awaitDelivered(file, message);
            worst = ask(file, message);
        }
        // Without a server it reads the files.
        return Math.max(worst, ask(file, message));
    }

    /** What an operator asks most; the worst of the exit codes. */
    private static int ask(Path file, String message) {
        return Math.max(
                Math.max(postern(file, "explain", message), postern(file, "explain", "--json", message)),
                postern(file, "queue", "list"));
    }

    /** It is explained as undelivered until then. */
    private static void awaitDelivered(Path file, String message) throws InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (postern(file, "explain", message) != 0 && Instant.now().isBefore(deadline)) {
            Thread.sleep(10);
        }
    }

    private static int postern(Path file, String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--config", file.toString()));
        return Main.commandLine().execute(all.toArray(String[]::new));
    }

    /** The message's name, of the reply to its content. */
    private static String send(InetSocketAddress server) throws IOException {
        String kept = "";
        try (var socket = new Socket(server.getAddress(), server.getPort());
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
                OutputStream out = socket.getOutputStream()) {
            reply(in);
            for (String line : List.of(
                    "EHLO client.example.com",
                    "MAIL FROM:<ann@example.com> SIZE=100",
                    "RCPT TO:<bob@example.com>",
                    "DATA",
                    "Subject: rehearsal\r\n\r\nHello\r\n.",
                    "QUIT")) {
                out.write((line + "\r\n").getBytes(US_ASCII));
                Matcher name = NAME.matcher(reply(in));
                kept = name.find() ? name.group() : kept;
            }
        }
        return kept;
    }

    private static String reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        if (line == null || line.charAt(0) > '3') {
            throw new IOException("the rehearsal was refused: " + line);
        }
        return line;
    }
}
