package org.postern.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code postern init} may be told instead of being asked. */
final class InitOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration to write; by default the one that is there, else"
                    + " /etc/postern/postern.toml where there is that directory, else postern.toml here.")
    private @Nullable Path file;

    @Option(names = "--hostname", paramLabel = "H", description = "The name of this server, as mx.example.com.")
    private @Nullable String hostname;

    @Option(names = "--domain", paramLabel = "D", description = "A domain that mail comes for; may be repeated.")
    private List<String> domains = List.of();

    @Option(
            names = "--mailbox",
            paramLabel = "LOCAL",
            description = "Who has a mailbox in each domain, as ann; may be repeated.")
    private List<String> mailbox = List.of();

    @Option(
            names = "--mailboxes",
            paramLabel = "WORD",
            description =
                    "Who has one instead: any, system (the users of this machine), existing (whose Maildir is there),"
                            + " ask (whom the next hop takes).")
    private @Nullable String mailboxes;

    @Option(
            names = "--deliver",
            paramLabel = "WHERE",
            description = "Where their mail goes: maildir:/var/mail/{domain}/{local}, lmtp:/run/dovecot/lmtp, ...")
    private @Nullable String deliver;

    @Option(names = "--data", paramLabel = "DIR", description = "Where Postern keeps what is its own.")
    private @Nullable String data;

    @Option(names = "--postmaster", paramLabel = "A", description = "Who reads mail to postmaster and abuse.")
    private @Nullable String postmaster;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            description = "Where strangers bring mail; by default port 25 of all addresses. May be repeated.")
    private List<String> listen = List.of();

    @Option(
            names = "--trusted",
            paramLabel = "NET",
            description = "A net beyond this host that may send to anybody; may be repeated.")
    private List<String> trusted = List.of();

    @Option(
            names = "--smarthost",
            paramLabel = "HOST:PORT",
            description = "By whom mail leaves; by default it goes to the hosts of its domain itself (mx).")
    private @Nullable String smarthost;

    @Option(
            names = "--address",
            paramLabel = "IP",
            description = "An address of this server as the world sees it, for the look at DNS; may be repeated. By"
                    + " default those that this machine sends from.")
    private List<String> addresses = List.of();

    @Option(
            names = "--dns",
            paramLabel = "HOST:PORT",
            description = "The name server to ask, now and by the configuration.")
    private @Nullable String dns;

    @Option(names = "--yes", description = "Ask nothing: take the default where nothing is said here.")
    private boolean yes;

    @Option(names = "--force", description = "Write the configuration anew where there is one.")
    private boolean force;

    @Option(
            names = "--unit-drop-in",
            paramLabel = "FILE",
            description = "Write a drop-in for systemd, too: where the server may write under ProtectSystem=strict.")
    private @Nullable Path unitDropIn;

    @Option(names = "--json", description = "For programs; asks nothing.")
    private boolean json;

    /** Where the configuration is, or is going to be. */
    Path file() {
        if (file != null) {
            return file;
        }
        Path here = ConfigOption.PLACES.getFirst();
        Path there = ConfigOption.PLACES.getLast();
        return ConfigOption.PLACES.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseGet(() -> Files.isDirectory(there.resolveSibling("")) ? there : here);
    }

    /** How the file is named behind another command that a person is told to call. */
    String again() {
        return ConfigOption.PLACES.contains(file()) ? "" : " --config " + file();
    }

    Optional<String> hostname() {
        return Optional.ofNullable(hostname);
    }

    Optional<String> domains() {
        return joined(domains);
    }

    /** Names. */
    Optional<String> mailbox() {
        return joined(mailbox);
    }

    /** A word that stands for many. */
    Optional<String> mailboxes() {
        return Optional.ofNullable(mailboxes);
    }

    Optional<String> deliver() {
        return Optional.ofNullable(deliver);
    }

    Optional<String> data() {
        return Optional.ofNullable(data);
    }

    Optional<String> postmaster() {
        return Optional.ofNullable(postmaster);
    }

    Optional<String> listen() {
        return joined(listen);
    }

    Optional<String> trusted() {
        return joined(trusted);
    }

    Optional<String> smarthost() {
        return Optional.ofNullable(smarthost);
    }

    Optional<String> addresses() {
        return joined(addresses);
    }

    Optional<String> dns() {
        return Optional.ofNullable(dns);
    }

    Optional<Path> unitDropIn() {
        return Optional.ofNullable(unitDropIn);
    }

    boolean isForced() {
        return force;
    }

    boolean isJson() {
        return json;
    }

    /** Whether questions may be asked. */
    boolean mayAsk() {
        return !yes && !json;
    }

    private static Optional<String> joined(List<String> values) {
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", values));
    }
}
