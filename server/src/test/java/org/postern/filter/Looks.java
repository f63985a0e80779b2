package org.postern.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postern.message.OpenMessage;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.smtp.server.Session;

/** A message, and filters that look at it. */
final class Looks {
    static final Duration TIMEOUT = Duration.ofSeconds(20);

    static final Transaction TRANSACTION = transaction("192.0.2.10", "bob@example.com", "carol@example.com");

    static final String MESSAGE = """
        From: ann@example.org
        Subject: one
          and a fold

        Hello.
        """.replace("\n", "\r\n");

    private Looks() {}

    static Transaction transaction(String client, String... recipients) {
        return new Transaction(
                new InetSocketAddress(InetAddress.ofLiteral(client), 4711),
                Optional.of("mail.example.org"),
                "helo.example.org",
                Optional.of(new Session.Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384")),
                Mailbox.parse("ann@example.org").orElseThrow(),
                List.of(recipients).stream()
                        .<ForwardPath>map(text -> Mailbox.parse(text).orElseThrow())
                        .toList(),
                "mx.example.com",
                "m-0000000000001",
                Optional.empty());
    }

    static FilterSettings filter(String address) {
        return filter(address, TIMEOUT);
    }

    static FilterSettings filter(String address, Duration timeout) {
        return new FilterSettings(
                "one", FilterAddress.parse(address).orElseThrow(), timeout, FilterSettings.MAX_BYTES, Optional.empty());
    }

    static Outcome look(FilterSettings filter, String message) throws IOException {
        return look(filter, TRANSACTION, message);
    }

    static Outcome look(FilterSettings filter, Transaction transaction, String message) throws IOException {
        return look(List.of(filter), transaction, new ByteArrayInputStream(message.getBytes(ISO_8859_1)))
                .getFirst();
    }

    static List<Outcome> look(List<FilterSettings> settings, Transaction transaction, InputStream content)
            throws IOException {
        OpenMessage message = OpenMessage.of(content, 1 << 20).orElseThrow();
        try (var filters = Filters.of(settings);
                Scans scans = filters.begin(transaction, message.header())) {
            message.through(scans::tee).rest().transferTo(OutputStream.nullOutputStream());
            return scans.finish();
        }
    }
}
