package org.postern.postfix;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Postfix goes by where main.cf says nothing, postconf(5): of the settings that we ask for. */
final class Defaults {
    private static final Map<String, String> ALWAYS = Map.ofEntries(
            Map.entry("myorigin", "$myhostname"),
            Map.entry("mydestination", "$myhostname, localhost.$mydomain, localhost"),
            Map.entry("inet_interfaces", "all"),
            Map.entry("inet_protocols", "all"),
            Map.entry("local_recipient_maps", "proxy:unix:passwd.byname $alias_maps"),
            Map.entry("alias_maps", "hash:/etc/aliases"),
            Map.entry("virtual_alias_domains", "$virtual_alias_maps"),
            Map.entry("virtual_mailbox_domains", "$virtual_mailbox_maps"),
            Map.entry("virtual_transport", "virtual"),
            Map.entry("local_transport", "local:$myhostname"),
            Map.entry("relay_transport", "relay"),
            Map.entry("default_transport", "smtp"),
            Map.entry("mail_spool_directory", "/var/mail"),
            Map.entry("queue_directory", "/var/spool/postfix"),
            Map.entry("message_size_limit", "10240000"),
            Map.entry("smtpd_recipient_limit", "1000"),
            Map.entry("smtpd_hard_error_limit", "20"),
            Map.entry("smtpd_client_connection_count_limit", "50"),
            Map.entry("smtpd_client_connection_rate_limit", "0"),
            Map.entry("smtpd_client_message_rate_limit", "0"),
            Map.entry("smtpd_client_recipient_rate_limit", "0"),
            Map.entry("anvil_rate_time_unit", "60s"),
            Map.entry("minimal_backoff_time", "300s"),
            Map.entry("maximal_backoff_time", "4000s"),
            Map.entry("maximal_queue_lifetime", "5d"),
            Map.entry("bounce_queue_lifetime", "5d"),
            Map.entry("delay_warning_time", "0h"),
            Map.entry("postscreen_greet_wait", "6s"),
            Map.entry("postscreen_greet_action", "ignore"),
            Map.entry("postscreen_dnsbl_action", "ignore"),
            Map.entry("postscreen_dnsbl_threshold", "1"),
            Map.entry("postscreen_access_list", "permit_mynetworks"),
            Map.entry("unknown_client_reject_code", "450"),
            Map.entry("unknown_hostname_reject_code", "450"),
            Map.entry("unknown_address_reject_code", "450"),
            Map.entry(
                    "smtpd_relay_restrictions",
                    "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination"),
            Map.entry("smtpd_delay_reject", "yes"),
            Map.entry("smtpd_helo_required", "no"),
            Map.entry("smtpd_tls_key_file", "$smtpd_tls_cert_file"),
            Map.entry("smtpd_banner", "$myhostname ESMTP $mail_name"),
            Map.entry("milter_default_action", "tempfail"),
            Map.entry("mail_name", "Postfix"));

    private Defaults() {}

    /**
     * The defaults beside that main.cf.
     *
     * @param directory where it is
     * @param hostname of this machine
     */
    static Map<String, String> of(Map<String, Setting> written, Path directory, String hostname) {
        Map<String, String> defaults = new HashMap<>(ALWAYS);
        defaults.put("config_directory", directory.toString());
        defaults.put("myhostname", hostname);
        String own = Optional.ofNullable(written.get("myhostname"))
                .map(Setting::value)
                .orElse(hostname);
        int dot = own.indexOf('.');
        defaults.put("mydomain", dot < 0 ? "localdomain" : own.substring(dot + 1));
        if (level(written) < 2) {
            defaults.put("relay_domains", "$mydestination");
        }
        defaults.put("mynetworks", "127.0.0.0/8 [::1]/128");
        return defaults;
    }

    private static int level(Map<String, Setting> written) {
        Matcher level = Pattern.compile("([0-9]{1,4})(\\..*)?")
                .matcher(Optional.ofNullable(written.get("compatibility_level"))
                        .map(Setting::value)
                        .orElse("0"));
        return level.matches() ? Integer.parseInt(level.group(1)) : 0;
    }

    /** Whether {@code name} stands in that value as {@code $name}. */
    static boolean names(String value, String name) {
        return Pattern.compile("\\$[({]?\\s*" + Pattern.quote(name) + "(?![A-Za-z0-9_])")
                .matcher(value)
                .find();
    }
}
