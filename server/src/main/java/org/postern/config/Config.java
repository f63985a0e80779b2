package org.postern.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postern.dns.DnsSettings;
import org.postern.filter.FilterSettings;
import org.postern.journal.JournalSettings;
import org.postern.policy.Net;
import org.postern.queue.RetrySchedule;
import org.postern.route.LocalDomain;
import org.postern.signing.KeyFile;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;
import org.postern.smtp.server.Limits;
import org.postern.spool.RocksSpool;
import org.postern.tls.CertificateFiles;

/**
 * All settings, with their defaults in place. {@code docs/configuration.md} describes each.
 *
 * @param data where Postern keeps what is its own; absolute
 * @param postmaster who reads mail to postmaster and abuse; none: it is kept in a Maildir under data
 * @param certificates none: a self-signed one is made under data
 * @param trusted relay.trusted
 * @param aliasing names that stand for other mailboxes
 * @param sending how mail goes on to other hosts
 * @param signing keys that what leaves is signed with, whatever DNS says of them
 * @param judging how strangers are judged
 * @param quarantine what is done with what is doubtful
 * @param filters who looks at content; what comes of it stands in judging
 * @param watching how the server itself is watched
 */
public record Config(
        Domain hostname,
        Path data,
        Optional<Mailbox> postmaster,
        List<Listen> listen,
        List<CertificateFiles> certificates,
        List<Net> trusted,
        List<LocalDomain> domains,
        Aliasing aliasing,
        Sending sending,
        List<KeyFile> signing,
        Dns dns,
        Judging judging,
        Quarantine quarantine,
        List<FilterSettings> filters,
        Limits limits,
        Intake intake,
        Keeping keeping,
        JournalSettings journal,
        Watching watching,
        LogFormat logFormat) {

    /** How log lines look. */
    public enum LogFormat {
        TEXT,
        JSON
    }

    /**
     * The rest of {@code [limits]}: what holds where mail is taken in.
     *
     * @param receivedHeaders past so many Received fields a message is in a loop, 554 5.4.6
     * @param headerBytes of a message's header; past it 552 5.3.4
     * @param dnsQuestions how many a session may ask of DNS; what it asks past it fails
     * @param stopTime how long transactions under way may take when the server is told to stop
     * @param perHour what one client may do within an hour
     * @param expandedRecipients how many mailboxes one alias may lead to, and all recipients of a transaction together
     * @param reportsPerHour how many reports of failed deliveries strangers of one domain are sent within an hour; 0 for any number
     */
    public record Intake(
            int receivedHeaders,
            int headerBytes,
            int dnsQuestions,
            Duration stopTime,
            ClientRates perHour,
            int expandedRecipients,
            int reportsPerHour) {
        /** The defaults. */
        public static final Intake DEFAULT =
                new Intake(100, 262_144, 200, Duration.ofSeconds(30), ClientRates.NONE, 5_000, 20);
    }

    /**
     * How much one client may do within an hour; 0 for any number. Nobody who is trusted is bound by it.
     *
     * @param sessions that begin; past it 421 in place of the banner
     * @param messages that MAIL begins; past it 450 4.7.1
     * @param recipients that RCPT names, known ones or not; past it 450 4.7.1
     */
    public record ClientRates(int sessions, int messages, int recipients) {
        /** The default: no such limits. */
        public static final ClientRates NONE = new ClientRates(0, 0, 0);

        public ClientRates {
            if (sessions < 0 || messages < 0 || recipients < 0) {
                throw new IllegalArgumentException("a rate is 0 at least");
            }
        }
    }

    /**
     * How accepted mail is kept and delivered: {@code [queue]} and what of {@code [limits]} is the spool's.
     *
     * @param deliveries into mailboxes here, at once
     */
    public record Keeping(RetrySchedule retry, RocksSpool.Room room, int deliveries) {
        /** The defaults. */
        public static final Keeping DEFAULT = new Keeping(RetrySchedule.DEFAULT, RocksSpool.Room.DEFAULT, 4);
    }

    /**
     * {@code [dns]}.
     *
     * @param trustAnchors the file that the settings' anchors were read from; none: the root's own
     */
    public record Dns(DnsSettings settings, Optional<Path> trustAnchors) {}

    /** What came of reading a configuration. */
    public sealed interface Result {
        /** It can be used. The warnings say what its owner may not have meant. */
        record Valid(Config config, List<String> warnings) implements Result {}

        /** It can't; all mistakes, in their order in the file. */
        record Invalid(List<Mistake> mistakes) implements Result {}
    }

    public Config {
        listen = List.copyOf(listen);
        certificates = List.copyOf(certificates);
        trusted = List.copyOf(trusted);
        domains = List.copyOf(domains);
        filters = List.copyOf(filters);
    }

    /** The configuration of a machine that has no file: relays nothing, keeps what arrives under {@code ./data}. */
    public static Result.Valid defaults() {
        Result result = parse("", Path.of("built-in"), Path.of("").toAbsolutePath());
        return switch (result) {
            case Result.Valid valid -> valid;
            case Result.Invalid invalid -> throw new IllegalStateException("built-in defaults: " + invalid.mistakes());
        };
    }

    /**
     * Reads a file. Relative paths in it are relative to its directory.
     *
     * @throws IOException when it can't be read at all
     */
    public static Result read(Path file) throws IOException {
        try {
            return of(Files.readString(file), file);
        } catch (CharacterCodingException notText) {
            return new Result.Invalid(List.of(new Mistake(file, 1, 1, "the file is not UTF-8 text")));
        }
    }

    /** Reads what {@code file} is going to hold. Relative paths in it are relative to that file's directory. */
    public static Result of(String toml, Path file) {
        Path directory = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .orElse(Path.of("/"));
        return parse(toml, file, directory);
    }

    /** Reads the address of a name server, with its port or without: {@code 127.0.0.1:53}, {@code 192.0.2.53}, {@code [::1]:53}. */
    public static Optional<InetSocketAddress> server(String text) {
        return ConfigReader.server(text);
    }

    /** Reads {@code toml}, which came from {@code file}; relative paths in it are relative to {@code directory}. */
    public static Result parse(String toml, Path file, Path directory) {
        return new ConfigReader(file, directory).read(toml);
    }
}
