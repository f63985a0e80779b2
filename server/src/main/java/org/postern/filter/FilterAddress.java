package org.postern.filter;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a filter listens. Prints as the configuration writes it. */
public sealed interface FilterAddress {
    /** rspamd's normal worker: {@code /checkv2} is asked there. */
    record Http(String scheme, String host, int port) implements FilterAddress {
        URI checkv2() {
            return URI.create(this + "/checkv2");
        }

        @Override
        public String toString() {
            return scheme + "://" + bracketed(host) + ":" + port;
        }
    }

    /** A milter. */
    record Tcp(String host, int port) implements FilterAddress {
        @Override
        public String toString() {
            return "tcp://" + bracketed(host) + ":" + port;
        }
    }

    /** A milter on this host. */
    record UnixSocket(Path path) implements FilterAddress {
        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /** What {@link #parse} takes, for whoever wrote something else. */
    String WANTED = "\"http://127.0.0.1:11333\", \"tcp://127.0.0.1:8891\" or \"unix:/run/filter.sock\"";

    /**
     * Reads one as a configuration writes it; empty when it is none. A milter's place may be written as milters write it themselves:
     * {@code inet:host:port}. A path is absolute.
     */
    static Optional<FilterAddress> parse(String text) {
        if (text.startsWith("unix:")) {
            return socket(text.substring("unix:".length()));
        }
        Matcher url = Url.PATTERN.matcher(text);
        if (!url.matches()) {
            return Optional.empty();
        }
        String host = url.group("v6") == null ? url.group("host") : url.group("v6");
        int port = Integer.parseInt(url.group("port"));
        if (port < 1 || port > 65_535) {
            return Optional.empty();
        }
        return switch (url.group("scheme")) {
            case "http://" -> Optional.of(new Http("http", host, port));
            case "https://" -> Optional.of(new Http("https", host, port));
            default -> Optional.of(new Tcp(host, port));
        };
    }

    private static Optional<FilterAddress> socket(String path) {
        try {
            return Optional.of(Path.of(path)).filter(Path::isAbsolute).map(UnixSocket::new);
        } catch (InvalidPathException odd) {
            return Optional.empty();
        }
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** How a host is written. */
    final class Url {
        private static final Pattern PATTERN =
                Pattern.compile("(?<scheme>https?://|tcp://|inet:)(?:(?<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252})"
                        + "|\\[(?<v6>[0-9A-Fa-f:.]{2,45})]):(?<port>[0-9]{1,5})/?");

        private Url() {}
    }
}
