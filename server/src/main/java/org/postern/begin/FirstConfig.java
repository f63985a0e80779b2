package org.postern.begin;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postern.config.ConfigText;
import org.postern.policy.Net;
import org.postern.route.NextHop;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/**
 * What is known of a server to be, and its configuration with a word on each key.
 *
 * @param hostname its own name
 * @param data where it keeps what is its own, as the configuration says it
 * @param postmaster who reads what is for the postmaster
 * @param listen where strangers bring mail
 * @param domains whose mail it takes
 * @param residents who has a mailbox there
 * @param deliver where their mail goes, as {@code domains.NAME.deliver} has it
 * @param trusted nets beyond this host that may send to anybody
 * @param smarthost by whom mail leaves; empty: it goes to MX hosts itself
 * @param nameServers whom to ask; empty: whom the system asks
 */
public record FirstConfig(
        Domain hostname,
        String data,
        Mailbox postmaster,
        List<InetSocketAddress> listen,
        List<Domain> domains,
        Residents residents,
        String deliver,
        List<Net> trusted,
        Optional<NextHop.Host> smarthost,
        List<InetSocketAddress> nameServers) {
    private static final List<String> THIS_HOST = List.of("127.0.0.0/8", "::1/128");
    private static final int TRUSTED_PORT = 2_525;

    public FirstConfig {
        listen = List.copyOf(listen);
        domains = List.copyOf(domains);
        trusted = List.copyOf(trusted);
        nameServers = List.copyOf(nameServers);
    }

    /** The configuration. */
    public String toml() {
        var toml = new StringBuilder();
        toml.append("""
            # Written by postern init. docs/configuration.md tells what each key takes, and all those that are not here.
            #   postern config check   says every mistake with its line
            #   postern config show    writes all of it, defaults in place

            # Our name: in the banner, in EHLO, in Received. It should resolve to our address, and that back to it.
            hostname = %s

            # Where Postern keeps what is its own: accepted mail, keys, the journal.
            data = %s

            # Who reads mail to postmaster@ and abuse@ of each domain (RFC 5321 section 4.5.1, RFC 2142).
            postmaster = %s
            """.formatted(quoted(hostname), quoted(data), quoted(postmaster)));
        listen.forEach(place -> toml.append(stranger(place)));
        toml.append("""

            # Where programs on this host bring mail; nobody is judged there.
            [[listen]]
            address = "127.0.0.1:%d"
            role = "trusted"

            # Without a certificate of yours, a self-signed one is made under data. Both files are read again when they change.
            # [tls]
            # certificates = [{ cert = "/etc/postern/tls/cert.pem", key = "/etc/postern/tls/key.pem" }]

            # Nets that may send to anybody, beyond our own domains. This host's own count at listeners with role "trusted" only.
            [relay]
            trusted = %s
            """.formatted(
                        trustedPort(),
                        list(Stream.concat(THIS_HOST.stream(), trusted.stream().map(Net::toString)))));
        domains.forEach(domain -> toml.append(receiving(domain)));
        toml.append(leaving());
        if (!nameServers.isEmpty()) {
            toml.append("""

                # Whom to ask; by default whom this machine asks.
                [dns]
                servers = %s
                """.formatted(list(nameServers.stream().map(AddressLiteral::text))));
        }
        toml.append("""

            # How strangers are judged: observe (look, and let all in), standard, strict. docs/checks.md has the checks.
            [policy]
            profile = "standard"
            """);
        return toml.toString();
    }

    private int trustedPort() {
        return listen.stream().anyMatch(place -> place.getPort() == TRUSTED_PORT) ? TRUSTED_PORT + 1 : TRUSTED_PORT;
    }

    private String stranger(InetSocketAddress place) {
        var toml = new StringBuilder("""

            # Where strangers bring mail (role "mx"); they are judged.
            [[listen]]
            address = %s
            role = "mx"
            """.formatted(quoted(AddressLiteral.text(place))));
        if (!trusted.isEmpty()) {
            toml.append("# Whoever is in a net of relay.trusted may send to anybody here, too.\nrelay = true\n");
        }
        return toml.toString();
    }

    private String receiving(Domain domain) {
        return """

            # What we receive for.
            [domains.%s]
            # Where it goes: maildir:PATH with {domain} and {local}, lmtp:/run/dovecot/lmtp, lmtp://127.0.0.1:24.
            deliver = %s
            # Who exists: names as ["ann", "bob"], or "system" (the users of this machine), "existing" (the Maildir is there),
            # "ask" (the next hop is asked), "any". All others get 550 5.1.1.
            mailboxes = %s
            """.formatted(quoted(domain), quoted(deliver), residents.toml());
    }

    private String leaving() {
        return smarthost.map(host -> """

            # Where mail for all others goes: by way of this host.
            [[routes]]
            to = "*"
            via = %s
            # A file, its first line the user, its second the password; both are told inside TLS only.
            # credentials = "smarthost.secret"
            """.formatted(quoted(host))).orElse("""

                # Where mail for all others goes: to the MX hosts of its domain.
                [[routes]]
                to = "*"
                via = "mx"
                """);
    }

    private static String quoted(Object value) {
        return ConfigText.quoted(value.toString());
    }

    private static String list(Stream<String> values) {
        var quoted = new ArrayList<String>();
        values.distinct().map(ConfigText::quoted).forEach(quoted::add);
        return "[" + String.join(", ", quoted) + "]";
    }
}
