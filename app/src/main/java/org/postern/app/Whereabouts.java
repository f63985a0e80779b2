package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.config.Config;
import org.postern.config.Listen;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;

/**
 * What {@code sendmail} has to know of the server, in the file {@code sendmail} of the data directory: the server writes it at each start,
 * so that the program need not read the configuration, which takes longer than all else it does.
 *
 * @param listener a trusted one, that is reached from this host; empty when there is none
 */
record Whereabouts(Domain hostname, Optional<InetSocketAddress> listener) {
    private static final String FILE = "sendmail";

    /** Those of a server. */
    static Whereabouts of(Config config, List<InetSocketAddress> addresses) {
        Optional<InetSocketAddress> listener = Optional.empty();
        for (int i = 0; i < addresses.size() && listener.isEmpty(); i++) {
            InetSocketAddress place = addresses.get(i);
            Listen listen = config.listen().get(i);
            boolean isHere =
                    place.getAddress().isLoopbackAddress() || place.getAddress().isAnyLocalAddress();
            if (listen.role() == Listen.Role.TRUSTED
                    && listen.tls() != org.postern.smtp.server.TlsMode.IMPLICIT
                    && isHere) {
                InetAddress host =
                        place.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : place.getAddress();
                listener = Optional.of(new InetSocketAddress(host, place.getPort()));
            }
        }
        return new Whereabouts(config.hostname(), listener);
    }

    static Path maildrop(Path data) {
        return data.resolve("maildrop");
    }

    /** Writes them for everybody to read. */
    void write(Path data) throws IOException {
        var text = new StringBuilder("hostname ").append(hostname).append('\n');
        listener.ifPresent(place ->
                text.append("listener ").append(AddressLiteral.text(place)).append('\n'));
        Path fresh = data.resolve(FILE + ".new");
        Files.writeString(fresh, text.toString(), UTF_8);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Reads them; an {@code IOException} when no server has run there yet. */
    static Whereabouts read(Path data) throws IOException {
        Map<String, String> lines = new HashMap<>();
        for (String line : Files.readAllLines(data.resolve(FILE), UTF_8)) {
            int space = line.indexOf(' ');
            if (space > 0) {
                lines.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        String name = lines.getOrDefault("hostname", "localhost");
        Domain hostname = Domain.parse(name).orElseThrow(() -> new IOException(data.resolve(FILE) + " is damaged"));
        return new Whereabouts(
                hostname, Optional.ofNullable(lines.get("listener")).map(Whereabouts::address));
    }

    /** As {@link AddressLiteral#text(InetSocketAddress)} writes it. */
    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new InetSocketAddress(InetAddress.ofLiteral(bare), Integer.parseInt(text.substring(colon + 1)));
    }
}
