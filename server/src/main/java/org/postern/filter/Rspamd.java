package org.postern.filter;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.postern.message.Header;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.ForwardPath;

/**
 * rspamd, asked by HTTP: {@code POST /checkv2} with the message in chunks, as it comes, and what is known of its transport in the
 * request's header. Its answer is JSON, {@link RspamdAnswer}.
 */
final class Rspamd implements Filter {
    /** Octets of an answer. */
    static final int MAX_ANSWER = 1_048_576;

    /** Recipients that it is told: a request's header has room for no more. */
    private static final int MAX_RECIPIENTS = 100;

    private final FilterSettings settings;
    private final FilterAddress.Http address;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client;

    Rspamd(FilterSettings settings, FilterAddress.Http address) {
        this.settings = settings;
        this.address = address;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                // Mail goes to whom the configuration names, and to nobody between.
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(settings.timeout())
                .executor(threads)
                .build();
    }

    @Override
    public FilterSettings settings() {
        return settings;
    }

    @Override
    public Opinion ask(Transaction transaction, Header header, InputStream rest)
            throws IOException, InterruptedException {
        var message = new SequenceInputStream(new ByteArrayInputStream(header.toBytes()), rest);
        var first = new AtomicBoolean(true);
        HttpRequest.Builder request = HttpRequest.newBuilder(address.checkv2())
                .POST(BodyPublishers.ofInputStream(() -> first.getAndSet(false) ? message : new SentBefore()));
        describe(transaction, (name, value) -> request.header(name, visible(value)));
        if (settings.password().isPresent()) {
            request.header("Password", visible(password(settings.password().get())));
        }
        HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException("HTTP " + response.statusCode());
            }
            byte[] answer = body.readNBytes(MAX_ANSWER + 1);
            if (answer.length > MAX_ANSWER) {
                throw new Gibberish("an answer of more than " + MAX_ANSWER + " octets");
            }
            return RspamdAnswer.parse(answer).opinion();
        }
    }

    /** The octets come once: whoever wants them again must not take an empty message for this one. */
    private static final class SentBefore extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("it hung up, and the message can't be sent twice");
        }

        @Override
        public int read(byte[] target, int from, int most) throws IOException {
            return read();
        }
    }

    private static void describe(Transaction transaction, BiConsumer<String, String> header) {
        header.accept("IP", AddressLiteral.text(transaction.client().getAddress()));
        header.accept("Helo", transaction.greeting());
        transaction.confirmedName().ifPresent(name -> header.accept("Hostname", name));
        header.accept("From", transaction.from().path());
        transaction.recipients().stream()
                .limit(MAX_RECIPIENTS)
                .map(ForwardPath::path)
                .forEach(path -> header.accept("Rcpt", path));
        transaction.user().ifPresent(user -> header.accept("User", user));
        transaction.tls().ifPresent(tls -> {
            header.accept("TLS-Version", tls.protocol());
            header.accept("TLS-Cipher", tls.cipher());
        });
        header.accept("MTA-Name", transaction.hostname());
        header.accept("Queue-Id", transaction.id());
    }

    /** A header's field has one line: what a client wrote does not begin another. */
    private static String visible(String value) {
        var safe = new StringBuilder(value.length());
        value.codePoints().forEach(c -> safe.append(c < ' ' || c > '~' ? '?' : (char) c));
        return safe.toString();
    }

    private static String password(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .orElseThrow(() -> new IOException(file + " holds no password"));
    }

    @Override
    public void close() {
        client.shutdownNow();
        threads.shutdownNow();
    }
}
