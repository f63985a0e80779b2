package org.postern.route;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where mail goes on to from here. */
public sealed interface NextHop {
    /** What is spoken with a host. */
    enum Scheme {
        /** RFC 5321; in TLS when it is offered and as {@code [[destinations]]} says. */
        SMTP(25),
        /** The same, in TLS from the first octet: RFC 8314 §3.3. */
        SMTPS(465),
        /** RFC 2033. */
        LMTP(24);

        private final int port;

        Scheme(int port) {
            this.port = port;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A host that the configuration names.
     *
     * @param name a domain name or an address without brackets
     */
    record Host(Scheme scheme, String name, int port) implements NextHop {
        @Override
        public String toString() {
            return scheme.word() + "://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
        }
    }

    /** LMTP over a Unix socket. */
    record Socket(Path path) implements NextHop {
        @Override
        public String toString() {
            return "lmtp:" + path;
        }
    }

    /**
     * The MX hosts of the recipient's domain.
     *
     * @param backup whether we are one of them: only those of better preference are tried
     */
    record Mx(boolean backup) implements NextHop {
        @Override
        public String toString() {
            return "mx";
        }
    }

    /** Accepted and dropped: for tests and no-reply addresses. */
    record Discard() implements NextHop {
        @Override
        public String toString() {
            return "discard:";
        }
    }

    /** What {@link #parse} takes, for whoever wrote something else. */
    String WANTED = "\"smtp://host:25\", \"smtps://host:465\", \"lmtp://host:24\", \"lmtp:/run/socket\", \"mx\" or"
            + " \"discard:\"";

    /** Reads one as a configuration writes it; empty when it is none. */
    static Optional<NextHop> parse(String text) {
        if (text.equals("mx")) {
            return Optional.of(new Mx(false));
        }
        if (text.equals("discard:")) {
            return Optional.of(new Discard());
        }
        if (text.startsWith("lmtp:/") && !text.startsWith("lmtp://")) {
            return socket(text.substring("lmtp:".length()));
        }
        Matcher url = Url.PATTERN.matcher(text);
        if (!url.matches()) {
            return Optional.empty();
        }
        Scheme scheme = Scheme.valueOf(url.group("scheme").toUpperCase(Locale.ROOT));
        String host = url.group("v6") == null ? url.group("host") : url.group("v6");
        int port = url.group("port") == null ? scheme.port : Integer.parseInt(url.group("port"));
        return port < 1 || port > 65_535 ? Optional.empty() : Optional.of(new Host(scheme, host, port));
    }

    private static Optional<NextHop> socket(String path) {
        try {
            return Optional.of(new Socket(Path.of(path)));
        } catch (InvalidPathException odd) {
            return Optional.empty();
        }
    }

    /** How a host is written. */
    final class Url {
        private static final Pattern PATTERN = Pattern.compile(
                "(?<scheme>smtps?|lmtp)://(?:(?<host>[A-Za-z0-9._-]{1,253})|\\[(?<v6>[0-9A-Fa-f:.]{2,45})])(?::(?<port>[0-9]{1,5}))?/?");

        private Url() {}
    }
}
