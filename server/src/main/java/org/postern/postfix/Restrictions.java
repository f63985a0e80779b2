package org.postern.postfix;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes {@code [policy]}: what the smtpd_*_restrictions refuse, and postscreen before them. */
final class Restrictions {
    private static final List<String> LISTS = List.of(
            "smtpd_client_restrictions",
            "smtpd_helo_restrictions",
            "smtpd_sender_restrictions",
            "smtpd_relay_restrictions",
            "smtpd_recipient_restrictions",
            "smtpd_data_restrictions",
            "smtpd_end_of_data_restrictions",
            "smtpd_etrn_restrictions");

    /** What Postern does whatever is configured, or what lets in only whom nobody refuses. */
    private static final Set<String> ALWAYS = Set.of(
            "permit_mynetworks",
            "permit_auth_destination",
            "permit_inet_interfaces",
            "permit",
            "reject_unauth_destination",
            "defer_unauth_destination",
            "reject_unlisted_recipient",
            "reject_unverified_recipient");

    private static final Map<String, AccessLists.Kind> TABLES = Map.of(
            "check_client_access", AccessLists.Kind.CLIENTS,
            "check_helo_access", AccessLists.Kind.GREETINGS,
            "check_sender_access", AccessLists.Kind.SENDERS,
            "check_recipient_access", AccessLists.Kind.RECIPIENTS);

    private final Source source;
    private final Actions actions = new Actions();
    private final Zones zones;
    private final AccessLists access;

    Restrictions(Source source) {
        this.source = source;
        this.zones = new Zones(source);
        this.access = new AccessLists(source);
    }

    void write() throws Unreadable {
        Draft.Part policy = source.draft().table("policy");
        policy.text("profile", "standard");
        if (source.settings().value("smtpd_delay_reject").equals("no")) {
            policy.text("decide-at", "greeting");
        }
        boolean hasPostscreen = source.services().stream()
                .anyMatch(service -> service.listens() && service.program().equals("postscreen"));
        if (hasPostscreen) {
            postscreen(policy);
        }
        for (String list : LISTS) {
            read(list);
        }
        if (source.settings().isYes("smtpd_forbid_unauth_pipelining")) {
            actions.set("early-talk", "fail", "reject");
        }
        source.settings().see("smtpd_helo_required");
        if (!source.settings().isYes("smtpd_helo_required")) {
            source.remark("smtpd_helo_required", "Postern always asks for a greeting first, as RFC 5321 §4.1.4 has it");
        }
        Draft.Part checks = source.draft().table("policy.checks");
        source.draft()
                .remark(
                        checks,
                        "smtpd_*_restrictions",
                        "what they refuse",
                        "Each line below with \"note\" is something that Postern would turn away or put aside by"
                                + " itself, and this Postfix does not. Take lines out to have it so: docs/checks.md");
        actions.write(checks);
        zones.write();
        access.write();
    }

    // --- restrictions
    // -------------------------------------------------------------------------------------------------------------

    private void read(String list) throws Unreadable {
        Iterator<String> words = source.settings().words(list).iterator();
        while (words.hasNext()) {
            read(list, words.next(), words);
        }
    }

    private void read(String list, String word, Iterator<String> rest) throws Unreadable {
        String name = word.toLowerCase(Locale.ROOT);
        String where = source.settings().where(list);
        if (ALWAYS.contains(name) || simple(name)) {
            return;
        }
        if (name.equals("reject_rbl_client") && rest.hasNext()) {
            zones.block(rest.next(), "reject", where);
        } else if (name.equals("permit_dnswl_client") && rest.hasNext()) {
            zones.welcome(rest.next(), where);
        } else if (TABLES.containsKey(name) && rest.hasNext()) {
            access.read(TABLES.getOrDefault(name, AccessLists.Kind.RECIPIENTS), Words.bare(rest.next()), where, name);
        } else if (Tables.isNamed(word) && list.matches("smtpd_(client|helo|sender|recipient)_restrictions")) {
            // The short form: of whom the list itself is.
            access.read(
                    TABLES.getOrDefault(
                            list.replace("smtpd_", "check_").replace("_restrictions", "_access"),
                            AccessLists.Kind.RECIPIENTS),
                    word,
                    where,
                    list);
        } else if (name.equals("warn_if_reject") && rest.hasNext()) {
            String next = rest.next();
            boolean hasArgument = next.startsWith("check_") || next.contains("rbl") || next.contains("rhsbl");
            source.draft()
                    .remark(
                            where,
                            list + " = ... warn_if_reject " + next
                                    + (hasArgument && rest.hasNext() ? " " + rest.next() : ""),
                            "only logs, as every check of Postern does whatever it earns: nothing is to be done");
        } else {
            other(list, word, name, rest);
        }
    }

    private boolean simple(String name) throws Unreadable {
        switch (name) {
            case "reject_invalid_helo_hostname", "reject_invalid_hostname" ->
                actions.set("helo-syntax", "fail", "reject");
            case "reject_non_fqdn_helo_hostname", "reject_non_fqdn_hostname" -> {
                actions.set("helo-syntax", "fail", "reject");
                actions.set("helo-bare-ip", "fail", "reject");
                actions.set("helo-fqdn", "fail", "reject");
            }
            case "reject_unknown_helo_hostname", "reject_unknown_hostname" -> {
                actions.set("helo-resolves", "fail", byCode("unknown_hostname_reject_code"));
                actions.set("helo-resolves", "temperror", "defer");
            }
            case "reject_unknown_client_hostname", "reject_unknown_client" -> {
                String action = byCode("unknown_client_reject_code");
                actions.set("iprev", "fail", action);
                actions.set("iprev", "permerror", action);
                actions.set("iprev", "temperror", "defer");
            }
            case "reject_unknown_reverse_client_hostname" ->
                actions.set("iprev", "permerror", byCode("unknown_client_reject_code"));
            case "reject_unknown_sender_domain" -> {
                actions.set("from-domain", "fail", byCode("unknown_address_reject_code"));
                actions.set("from-domain", "temperror", "defer");
            }
            case "reject_unauth_pipelining" -> actions.set("early-talk", "fail", "reject");
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Postfix says 450 by default: the client comes again, and again. */
    private String byCode(String setting) throws Unreadable {
        return source.settings().value(setting).startsWith("5") ? "reject" : "defer";
    }

    private void other(String list, String word, String name, Iterator<String> rest) throws Unreadable {
        boolean hasArgument =
                name.startsWith("check_") || name.startsWith("reject_rhsbl") || name.startsWith("permit_rhswl");
        String argument = hasArgument && rest.hasNext() ? " " + rest.next() : "";
        String text =
                switch (name) {
                    case "permit_sasl_authenticated" ->
                        source.settings().isYes("smtpd_sasl_auth_enable")
                                ? "Postern has no AUTH yet: who logs in needs another server, which relays by way of a"
                                        + " listener with role = \"trusted\""
                                : "";
                    case "check_policy_service" ->
                        "asks another program; greylisting is built in: policy.checks with \"greylist\" and"
                                + " [policy.greylist]; SPF, DKIM and DMARC are checks here";
                    case "reject_non_fqdn_sender", "reject_non_fqdn_recipient", "reject_unknown_recipient_domain" ->
                        "an address without a domain is a fault of syntax here, a sender's domain that does not exist"
                            + " the check from-domain, and mail for domains that are not ours is refused to strangers";
                    case "reject" ->
                        "refuses everybody who comes so far: list whom you want in relay.trusted, and leave"
                                + " out listeners of role \"mx\"";
                    case "sleep", "defer", "defer_if_permit", "defer_if_reject" -> "has no counterpart";
                    default -> "has no counterpart: see docs/checks.md for what there is";
                };
        if (!text.isEmpty()) {
            source.draft().remark(source.settings().where(list), list + " = ... " + word + argument, text);
        }
    }

    // --- postscreen
    // ----------------------------------------------------------------------------------------------------------------

    private void postscreen(Draft.Part policy) throws Unreadable {
        Settings settings = source.settings();
        String greet = settings.value("postscreen_greet_action");
        if (!greet.equals("ignore")) {
            actions.set("early-talk", "fail", "reject");
            Times.text(settings.value("postscreen_greet_wait"), 's')
                    .ifPresent(time -> policy.text("banner-delay", time));
        }
        zones.postscreen();
        settings.see("postscreen_greet_banner");
        String refusing = settings.value(
                settings.isWritten("postscreen_blacklist_action")
                        ? "postscreen_blacklist_action"
                        : "postscreen_denylist_action");
        for (String word : settings.words("postscreen_access_list")) {
            if (Tables.isNamed(word)) {
                postscreenAccess(word, refusing.equals("enforce") || refusing.equals("drop"));
            }
        }
    }

    private void postscreenAccess(String table, boolean refuses) {
        for (Row row : source.tables()
                .rows(table, source.settings().where("postscreen_access_list"), "postscreen_access_list")) {
            String action = row.value().toLowerCase(Locale.ROOT);
            String net = AccessLists.net(row.key()).orElse("");
            if (net.isEmpty() || !List.of("permit", "reject", "dunno").contains(action)) {
                source.draft().remark(row.where(), row.toString(), "is no net to permit or to reject");
            } else if (action.equals("permit")) {
                Draft.Part part = source.draft().another("policy.exceptions");
                part.text("client", net);
                part.list("checks", List.of("early-talk", "dnsbl"));
            } else if (action.equals("reject") && refuses) {
                access.put("deny", AccessLists.Kind.CLIENTS, net);
            }
        }
    }
}
