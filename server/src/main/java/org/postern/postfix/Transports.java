package org.postern.postfix;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.route.NextHop;
import org.postern.smtp.Domain;

/** Where mail goes: transport(5), {@code relayhost} and the transports of each class of domains, as next hops of ours. */
final class Transports {
    private static final Pattern HOST = Pattern.compile(
            "(?:\\[(?:ipv6:)?(?<in>[^\\]]+)]|(?<out>[^:\\[\\]]+))(?::(?<port>[A-Za-z0-9-]+))?",
            Pattern.CASE_INSENSITIVE);
    private static final Map<String, String> PORTS =
            Map.of("smtp", "25", "submission", "587", "submissions", "465", "smtps", "465", "lmtp", "24");

    private final Source source;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();

    Transports(Source source) throws Unreadable {
        this.source = source;
        for (Row row : source.tables().rows(source.settings(), "transport_maps")) {
            rows.putIfAbsent(row.key().toLowerCase(Locale.ROOT), row);
        }
    }

    /** What transport_maps says for a domain: it comes before everything else. */
    Optional<Row> row(Domain domain) {
        String name = domain.canonical();
        Row row = rows.get(name);
        for (int dot = name.indexOf('.'); row == null && dot >= 0; dot = name.indexOf('.', dot + 1)) {
            row = rows.get(name.substring(dot));
        }
        Optional.ofNullable(row).ifPresent(found -> used.add(found.key()));
        return Optional.ofNullable(row);
    }

    /** The next hop that a transport, {@code channel:nexthop}, is; empty when we have none such. */
    Optional<String> hop(String transport, String where) throws Unreadable {
        int colon = transport.indexOf(':');
        String channel = colon < 0 ? transport : transport.substring(0, colon);
        String next = colon < 0 ? "" : transport.substring(colon + 1).strip();
        return switch (channel.strip()) {
            case "", "smtp", "relay" -> next.isEmpty() ? Optional.of("mx") : host("smtp", next, where);
            case "smtps" -> next.isEmpty() ? Optional.empty() : host("smtps", next, where);
            case "lmtp" -> lmtp(next, where);
            case "discard" -> Optional.of("discard:");
            default -> Optional.empty();
        };
    }

    private Optional<String> lmtp(String next, String where) throws Unreadable {
        if (next.startsWith("unix:")) {
            String path = next.substring("unix:".length());
            String queue = source.settings().value("queue_directory");
            return checked("lmtp:" + (path.startsWith("/") ? path : queue + "/" + path));
        }
        return host("lmtp", next.startsWith("inet:") ? next.substring("inet:".length()) : next, where);
    }

    /** {@code [host]:port}; without brackets Postfix asks for MX hosts. */
    Optional<String> host(String scheme, String text, String where) throws Unreadable {
        Matcher host = HOST.matcher(text);
        if (!host.matches()) {
            return Optional.empty();
        }
        String in = host.group("in");
        String name = in == null ? host.group("out") : in;
        String port = host.group("port");
        boolean isWrapped = scheme.equals("smtp") && source.settings().isYes("smtp_tls_wrappermode");
        Optional<String> hop = checked((isWrapped ? "smtps" : scheme) + "://"
                + (name.contains(":") ? "[" + name + "]" : name)
                + (port == null
                        ? isWrapped ? ":25" : ""
                        : ":" + PORTS.getOrDefault(port.toLowerCase(Locale.ROOT), port)));
        if (hop.isPresent() && in == null && !scheme.equals("lmtp") && !name.matches("[0-9.]+")) {
            source.draft()
                    .remark(
                            where,
                            text,
                            "without brackets Postfix asks for MX hosts of that name; " + hop.get()
                                    + " is that host itself. Where it has MX hosts, name one of them");
        }
        return hop;
    }

    private static Optional<String> checked(String hop) {
        return NextHop.parse(hop).map(NextHop::toString);
    }

    /** Writes {@code [[routes]]}: what transport_maps says of other domains, then everything else. */
    void write() throws Unreadable {
        for (Row row : rows.values()) {
            if (!used.contains(row.key()) && !row.key().equals("*")) {
                route(row, row.key().startsWith(".") ? "*" + row.key() : row.key());
            }
        }
        Row all = rows.get("*");
        if (all == null) {
            others();
        } else {
            route(all, "*");
        }
    }

    private void route(Row row, String to) throws Unreadable {
        boolean isDomain = to.equals("*")
                || Source.domain(to.startsWith("*.") ? to.substring(2) : to).isPresent();
        Optional<String> via = isDomain ? hop(row.value(), row.where()) : Optional.empty();
        if (via.isEmpty()) {
            source.draft()
                    .remark(
                            row.where(),
                            row.key() + " " + row.value(),
                            isDomain
                                    ? "has no counterpart: a route leads to MX hosts, a host, LMTP or discard:"
                                    : "routes are by domain here: an alias may lead that mailbox elsewhere");
            return;
        }
        route(to, via.get());
    }

    private Draft.Part route(String to, String via) {
        Draft.Part route = source.draft().another("routes");
        route.text("to", to);
        route.text("via", via);
        return route;
    }

    /** What goes to nobody that is named. */
    private void others() throws Unreadable {
        Settings settings = source.settings();
        String relayhost = settings.value("relayhost");
        Optional<String> via = relayhost.isEmpty()
                ? hop(settings.value("default_transport"), settings.where("default_transport"))
                : host("smtp", relayhost, settings.where("relayhost"));
        if (via.isEmpty()) {
            source.remark(
                    relayhost.isEmpty() ? "default_transport" : "relayhost",
                    "has no counterpart: without a [[routes]] for \"*\" nothing leaves this host; add one");
            return;
        }
        Draft.Part route = route("*", via.get());
        if (settings.isYes("smtp_sasl_auth_enable") && !relayhost.isEmpty()) {
            source.draft()
                    .remark(
                            route,
                            settings.where("smtp_sasl_password_maps"),
                            settings.quote("smtp_sasl_password_maps"),
                            "secrets are not copied: write the user into the first line of a file that only Postern"
                                + " can read, the password into the second, and add to this route: credentials ="
                                + " \"/etc/postern/smarthost.secret\". They are told inside TLS only, to who shows a"
                                + " certificate for its name");
            settings.value("smtp_sasl_password_maps");
        }
    }

    /** Where mail for relay_domains goes when transport_maps does not say. */
    Optional<String> relay() throws Unreadable {
        Settings settings = source.settings();
        String relayhost = settings.value("relayhost");
        String transport = settings.value("relay_transport");
        return relayhost.isEmpty() || transport.contains(":")
                ? hop(transport, settings.where("relay_transport"))
                : host("smtp", relayhost, settings.where("relayhost"));
    }
}
