package org.postern.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import org.postern.dns.DnsSettings;
import org.postern.route.DestinationRule;
import org.postern.route.LocalDomain;
import org.postern.route.LocalDomain.Delivery;
import org.postern.route.LocalDomain.Mailboxes;
import org.postern.route.NextHop;
import org.postern.route.RouteRule;
import org.postern.signing.KeyFile;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.server.Limits;

/** Writes a configuration as TOML that reads back to the same: {@code postern config show}. */
public final class ConfigText {
    private final StringBuilder text = new StringBuilder();

    private ConfigText() {}

    /** The whole of it, defaults included. */
    public static String of(Config config) {
        var writer = new ConfigText();
        writer.write(config);
        return writer.text.toString();
    }

    private void write(Config config) {
        line("hostname", quoted(config.hostname().name()));
        line("data", quoted(config.data().toString()));
        config.postmaster().ifPresent(mailbox -> line("postmaster", quoted(mailbox.toString())));
        if (!config.aliasing().files().isEmpty()) {
            line("alias-files", list(config.aliasing().files()));
        }
        config.listen().forEach(this::write);
        if (!config.certificates().isEmpty()) {
            head("[tls]");
            line(
                    "certificates",
                    config.certificates().stream()
                            .map(files -> "{ cert = " + quoted(files.cert().toString()) + ", key = "
                                    + quoted(files.key().toString()) + " }")
                            .collect(Collectors.joining(", ", "[", "]")));
        }
        if (!config.trusted().isEmpty()) {
            head("[relay]");
            line("trusted", list(config.trusted()));
        }
        config.domains().forEach(this::write);
        write(config.aliasing());
        write(config.sending());
        for (KeyFile key : config.signing()) {
            head("[[dkim]]");
            line("domain", quoted(key.domain().name()));
            line("selector", quoted(key.selector()));
            line("key", quoted(key.file().toString()));
        }
        write(config.dns());
        new PolicyText(this).write(config.judging(), config.quarantine().place());
        write(config.quarantine());
        new FilterText(this).write(config);
        head("[queue]");
        line(
                "retry",
                list(config.keeping().retry().waits().stream()
                        .map(Durations::write)
                        .toList()));
        line("expire", quoted(Durations.write(config.keeping().retry().expire())));
        line("delay-notice", quoted(Durations.write(config.keeping().retry().delayNotice())));
        line("held-expire", quoted(Durations.write(config.keeping().retry().heldExpire())));
        head("[journal]");
        line("keep", quoted(Durations.write(config.journal().keep())));
        line("mask", quoted(Section.word(config.journal().mask())));
        write(config.limits(), config.intake(), config.keeping());
        line("connections-out", number(config.sending().connections()));
        line("connections-per-destination", number(config.sending().connectionsPerDestination()));
        line("greylist-entries", number(config.judging().greylist().entries()));
        line("journal-bytes", number(config.journal().maxBytes()));
        line("journal-free-bytes", number(config.journal().freeBytes()));
        line("dns-cache", number(config.dns().settings().cacheEntries()));
        line("dns-questions-at-once", number(config.dns().settings().questionsAtOnce()));
        config.watching().listen().ifPresent(address -> {
            head("[console]");
            line("listen", quoted(AddressLiteral.text(address)));
        });
        head("[log]");
        line("format", quoted(Section.word(config.logFormat())));
    }

    private void write(Quarantine quarantine) {
        head("[quarantine]");
        line("keep", quoted(Durations.write(quarantine.keep())));
        line("header", quoted(quarantine.mark().map(Quarantine.Mark::toString).orElse("")));
        line("digest", quoted(Section.word(quarantine.digest())));
        line("digest-at", quoted(quarantine.digestAt().toString()));
    }

    private void write(Listen listen) {
        head("[[listen]]");
        line("address", quoted(AddressLiteral.text(listen.address())));
        line("role", quoted(Section.word(listen.role())));
        line("relay", Boolean.toString(listen.relay()));
        line("tls", quoted(Section.word(listen.tls())));
        line("proxies", list(listen.proxies()));
    }

    private void write(Config.Dns config) {
        DnsSettings dns = config.settings();
        head("[dns]");
        line("servers", list(dns.servers().stream().map(AddressLiteral::text).toList()));
        line("dnssec", quoted(Section.word(dns.dnssec())));
        line("timeout", quoted(Durations.write(dns.timeout())));
        line("deadline", quoted(Durations.write(dns.deadline())));
        config.trustAnchors().ifPresent(file -> line("trust-anchors", quoted(file.toString())));
    }

    private void write(LocalDomain domain) {
        head("[domains." + quoted(domain.name().name()) + "]");
        line(
                "deliver",
                quoted(
                        switch (domain.deliver()) {
                            case Delivery.IntoMaildir into -> "maildir:" + into.template();
                            case Delivery.Onward(NextHop hop) -> hop.toString();
                        }));
        line(
                "mailboxes",
                switch (domain.mailboxes()) {
                    case Mailboxes.Listed listed ->
                        list(listed.localParts().stream().sorted().toList());
                    case Mailboxes.OfSystem _ -> quoted("system");
                    case Mailboxes.Existing _ -> quoted("existing");
                    case Mailboxes.Ask _ -> quoted("ask");
                    case Mailboxes.Any _ -> quoted("any");
                });
        domain.catchAll().ifPresent(name -> line("catch-all", quoted(name)));
    }

    private void write(Aliasing aliasing) {
        if (!aliasing.aliases().isEmpty()) {
            head("[aliases]");
            aliasing.aliases().entrySet().stream()
                    .sorted(Comparator.comparing(alias -> alias.getKey().toString()))
                    .forEach(alias -> line(quoted(alias.getKey().toString()), list(alias.getValue())));
        }
        aliasing.srs().ifPresent(domain -> {
            head("[forwarding]");
            line("srs", quoted(domain.name()));
        });
    }

    private void write(Sending sending) {
        for (RouteRule rule : sending.routes()) {
            head("[[routes]]");
            line("to", quoted(rule.to().toString()));
            line("via", quoted(rule.via().toString()));
            rule.credentials().ifPresent(file -> line("credentials", quoted(file.toString())));
        }
        for (DestinationRule rule : sending.destinations()) {
            head("[[destinations]]");
            line("to", quoted(rule.to().toString()));
            line("tls", quoted(Section.word(rule.tls())));
            line("connections", number(rule.connections()));
            line("chunking", Boolean.toString(rule.chunking()));
        }
        head("[delivery]");
        line("allow-nets", list(sending.allowNets()));
        line("mx-port", Integer.toString(sending.mxPort()));
        line("mx-hosts", number(sending.mxHosts()));
        line("messages-per-connection", number(sending.messagesPerConnection()));
        line("connection-time", quoted(Durations.write(sending.connectionTime())));
        line("idle-time", quoted(Durations.write(sending.idleTime())));
        line("connect-time", quoted(Durations.write(sending.connectTime())));
    }

    private void write(Limits limits, Config.Intake intake, Config.Keeping keeping) {
        head("[limits]");
        line("sessions", number(limits.sessions()));
        line("sessions-per-client", number(limits.sessionsPerClient()));
        line("sessions-per-client-per-hour", number(intake.perHour().sessions()));
        line("messages-per-client-per-hour", number(intake.perHour().messages()));
        line("recipients-per-client-per-hour", number(intake.perHour().recipients()));
        line("recipients", number(limits.recipients()));
        line("errors-per-session", number(limits.errorsPerSession()));
        line("idle-commands", number(limits.idleCommands()));
        line("message-bytes", number(limits.messageBytes()));
        line("content-line-bytes", number(limits.contentLineBytes()));
        line("command-time", quoted(Durations.write(limits.commandTime())));
        line("command-time-under-load", quoted(Durations.write(limits.commandTimeUnderLoad())));
        line("content-time", quoted(Durations.write(limits.contentTime())));
        line("content-bytes-per-second", number(limits.contentBytesPerSecond()));
        line("session-time", quoted(Durations.write(limits.sessionTime())));
        line("reply-time", quoted(Durations.write(limits.replyTime())));
        line("handshake-time", quoted(Durations.write(limits.handshakeTime())));
        line("proxy-time", quoted(Durations.write(limits.proxyTime())));
        line("received-headers", number(intake.receivedHeaders()));
        line("header-bytes", number(intake.headerBytes()));
        line("dns-questions", number(intake.dnsQuestions()));
        line("expanded-recipients", number(intake.expandedRecipients()));
        line("reports-per-domain-per-hour", number(intake.reportsPerHour()));
        line("stop-time", quoted(Durations.write(intake.stopTime())));
        line("spool-free-bytes", number(keeping.room().lowOctets()));
        line("spool-reserve-bytes", number(keeping.room().reserveOctets()));
        line("deliveries", number(keeping.deliveries()));
    }

    void head(String table) {
        text.append('\n').append(table).append('\n');
    }

    void line(String key, String value) {
        text.append(key).append(" = ").append(value).append('\n');
    }

    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', '_');
    }

    /** A list of TOML: what each value prints as, in basic strings. */
    public static String list(Collection<?> values) {
        return values.stream().map(value -> quoted(value.toString())).collect(Collectors.joining(", ", "[", "]"));
    }

    /** A basic string of TOML. */
    public static String quoted(String value) {
        var quoted = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 0x20 || c == 0x7f) {
                quoted.append(String.format("\\u%04X", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
