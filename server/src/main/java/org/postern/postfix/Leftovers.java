package org.postern.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What nothing else has seen to: each setting and service without a counterpart gets its remark. */
final class Leftovers {
    /** Of Postfix's own installation and work: there is nothing to be the same. */
    private static final Set<String> NEEDLESS = Set.of(
            "alias_database",
            "append_dot_mydomain",
            "biff",
            "body_checks_size_limit",
            "command_directory",
            "compatibility_level",
            "config_directory",
            "daemon_directory",
            "daemon_timeout",
            "data_directory",
            "debug_peer_level",
            "debugger_command",
            "default_privs",
            "default_process_limit",
            "html_directory",
            "in_flow_delay",
            "mail_owner",
            "mail_name",
            "mailq_path",
            "maillog_file",
            "maillog_file_prefixes",
            "manpage_directory",
            "meta_directory",
            "mydomain",
            "mynetworks_style",
            "newaliases_path",
            "process_id_directory",
            "queue_directory",
            "readme_directory",
            "sample_directory",
            "sendmail_path",
            "setgid_group",
            "shlib_directory",
            "smtp_tls_CAfile",
            "smtp_tls_CApath",
            "smtp_tls_session_cache_database",
            "smtpd_tls_session_cache_database",
            "smtp_tls_note_starttls_offer",
            "smtpd_tls_received_header",
            "smtp_tls_loglevel",
            "smtpd_tls_loglevel",
            "smtpd_tls_auth_only",
            "smtpd_tls_dh1024_param_file",
            "swap_bangpath",
            "syslog_facility",
            "syslog_name",
            "tls_random_source",
            "unknown_local_recipient_reject_code",
            "smtpd_use_tls",
            "smtp_use_tls",
            "smtpd_sasl_local_domain",
            "postscreen_cache_map",
            "smtp_tls_wrappermode",
            "smtpd_forbid_bare_newline",
            "smtpd_forbid_bare_newline_exclusions",
            "disable_vrfy_command",
            "smtputf8_enable",
            "unknown_client_reject_code",
            "unknown_address_reject_code",
            "unknown_hostname_reject_code",
            "smtpd_tls_mandatory_protocols",
            "smtpd_relay_restrictions",
            "alias_maps",
            "local_recipient_maps",
            "myorigin",
            "virtual_mailbox_base");

    /** Programs whose work Postern does itself. */
    private static final Set<String> BUILT_IN = Set.of(
            "smtpd",
            "postscreen",
            "pickup",
            "cleanup",
            "qmgr",
            "oqmgr",
            "nqmgr",
            "tlsmgr",
            "trivial-rewrite",
            "bounce",
            "verify",
            "flush",
            "proxymap",
            "smtp",
            "showq",
            "error",
            "discard",
            "local",
            "virtual",
            "lmtp",
            "anvil",
            "scache",
            "postlogd",
            "dnsblog",
            "tlsproxy");

    /** Of these everybody will ask. */
    private static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("smtpd_banner", "the banner is \"220 HOSTNAME ESMTP Postern\""),
            Map.entry("mailbox_size_limit", "a Maildir has no limit here; quotas are an LMTP server's"),
            Map.entry("virtual_mailbox_limit", "a Maildir has no limit here; quotas are an LMTP server's"),
            Map.entry("recipient_delimiter", "ann+news is ann here, always; no other sign parts a name"),
            Map.entry(
                    "content_filter",
                    "mail does not go through a filter and back: [[filters]] asks rspamd or a milter"),
            Map.entry("non_smtpd_milters", "[[filters]] see mail that comes by SMTP"),
            Map.entry("header_checks", "no patterns for headers here: a filter of [[filters]] does this"),
            Map.entry("body_checks", "no patterns for content here: a filter of [[filters]] does this"),
            Map.entry("canonical_maps", "addresses are not rewritten here; [aliases] leads recipients elsewhere"),
            Map.entry("sender_canonical_maps", "addresses are not rewritten here"),
            Map.entry(
                    "recipient_canonical_maps",
                    "addresses are not rewritten here; [aliases] leads recipients elsewhere"),
            Map.entry("smtp_generic_maps", "addresses are not rewritten here"),
            Map.entry("masquerade_domains", "addresses are not rewritten here"),
            Map.entry("smtpd_sasl_auth_enable", "Postern has no AUTH yet"),
            Map.entry("luser_relay", "catch-all names a mailbox of the domain that gets the rest"),
            Map.entry("always_bcc", "no copies are made here; an alias may lead to two mailboxes"),
            Map.entry("smtp_bind_address", "mail leaves from the address that the system chooses"),
            Map.entry("smtp_helo_name", "Postern greets others as hostname"),
            Map.entry(
                    "virtual_uid_maps",
                    "Maildirs belong to the user that Postern runs as: give it leave to write there"),
            Map.entry(
                    "virtual_gid_maps",
                    "Maildirs belong to the user that Postern runs as: give it leave to write there"),
            Map.entry("virtual_minimum_uid", "Maildirs belong to the user that Postern runs as"),
            Map.entry("sender_dependent_relayhost_maps", "routes go by the recipient's domain only"));

    /** What Postern does just so. */
    private static final Map<String, String> DONE = Map.of(
            "recipient_delimiter", "+",
            "mailbox_size_limit", "0",
            "virtual_mailbox_limit", "0",
            "smtpd_sasl_auth_enable", "no",
            "strict_rfc821_envelopes", "yes");

    private final Source source;

    Leftovers(Source source) {
        this.source = source;
    }

    void write(Settings main) throws Unreadable {
        NEEDLESS.forEach(main::see);
        DONE.forEach((name, value) -> {
            if (main.written(name).equals(Optional.of(value))) {
                main.see(name);
            }
        });
        for (Setting setting : main.unseen()) {
            String advice =
                    setting.name().startsWith("smtpd_sasl") || setting.name().startsWith("smtp_sasl")
                            ? "Postern has no AUTH for clients yet; for a host that mail goes to, routes.credentials"
                                    + " names user and password"
                            : "has no counterpart here";
            source.draft().remark(setting.where(), setting.toString(), ADVICE.getOrDefault(setting.name(), advice));
        }
        for (Service service : source.services()) {
            if (!BUILT_IN.contains(service.program())) {
                source.draft()
                        .remark(
                                service.where(),
                                service.toString(),
                                "starts another program for mail, which nothing does here: what it does can be done by"
                                        + " a host or an LMTP server that a route leads to, or by [[filters]]");
            } else if (!service.listens()
                    && !service.program().equals("smtpd")
                    && !options(service).isEmpty()) {
                source.draft()
                        .remark(
                                service.where(),
                                service + String.join("", options(service)),
                                "settings of one service have no counterpart: [[destinations]] treats hosts by their"
                                        + " names");
            }
        }
    }

    private static List<String> options(Service service) {
        var options = new ArrayList<String>();
        service.options().values().stream()
                .filter(option -> !option.name().equals("syslog_name"))
                .forEach(option -> options.add(" -o " + option.name() + "=" + option.value()));
        return options;
    }
}
