package org.postern.postfix;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.config.ConfigText;
import org.postern.policy.Net;

/** Writes {@code [[listen]]}, {@code [tls]} and {@code [relay]}: who may come, where, and whom we trust. */
final class Listeners {
    private static final Map<String, String> PORTS =
            Map.of("smtp", "25", "smtps", "465", "submissions", "465", "submission", "587", "lmtp", "24");
    private static final Set<String> HARMLESS_OPTIONS = Set.of("syslog_name", "smtpd_tls_wrappermode");

    private final Source source;
    private final List<String> trusted = new ArrayList<>();
    private boolean trustsLoopback;
    private boolean isClear;
    private boolean isForced;

    Listeners(Source source) {
        this.source = source;
    }

    /** The service that strangers come to: that on port 25, behind postscreen where there is one. */
    static Optional<Service> forStrangers(List<Service> services) {
        Optional<Service> atPort25 = services.stream()
                .filter(service -> service.listens() && port(service).equals("25"))
                .findFirst();
        return atPort25.filter(service -> service.program().equals("postscreen"))
                        .isPresent()
                ? services.stream()
                        .filter(service -> service.type().equals("pass")
                                && service.program().equals("smtpd"))
                        .findFirst()
                        .or(() -> atPort25)
                : atPort25;
    }

    private static String port(Service service) {
        String port =
                service.name().substring(service.name().lastIndexOf(':') + 1).toLowerCase(Locale.ROOT);
        return PORTS.getOrDefault(port, port);
    }

    void write() throws Unreadable {
        networks();
        boolean some = false;
        for (Service service : source.services()) {
            if (service.listens()) {
                some |= listen(service);
            }
        }
        if (!some) {
            source.draft()
                    .remark(
                            "master.cf",
                            "smtp inet ... smtpd",
                            "no service listens for strangers: Postern listens on 127.0.0.1:2525 alone; write a"
                                    + " [[listen]] with the address that it should have");
        }
        if (!trusted.isEmpty()) {
            source.draft().table("relay").list("trusted", trusted);
        }
        certificates();
    }

    // --- mynetworks
    // ---------------------------------------------------------------------------------------------------------------

    private void networks() throws Unreadable {
        source.settings().see("mynetworks_style");
        if (!source.settings().isWritten("mynetworks")) {
            source.remark(
                    "mynetworks",
                    "is not in main.cf: these nets are what Postfix makes of its defaults here; see whether you mean"
                            + " them");
        }
        for (Row word : source.words("mynetworks")) {
            String bare = word.key().replace("[", "").replace("]", "");
            Optional<Net> net = Net.parse(bare);
            if (net.isPresent()) {
                trusted.add(net.get().toString());
                trustsLoopback |= net.get().address().isLoopbackAddress();
            } else {
                source.draft()
                        .remark(
                                word.where(),
                                "mynetworks = ... " + word.key(),
                                "is no net as 192.0.2.0/24 (bits behind the prefix are 0, none is excepted): add those"
                                        + " that are meant to relay.trusted");
            }
        }
    }

    private boolean trustsOthers() {
        return trusted.stream()
                .flatMap(text -> Net.parse(text).stream())
                .anyMatch(net -> !net.address().isLoopbackAddress());
    }

    // --- master.cf
    // ----------------------------------------------------------------------------------------------------------------

    private boolean listen(Service service) throws Unreadable {
        Settings own = source.settings().with(service);
        String port = port(service);
        boolean wantsLogin = service.options().containsKey("smtpd_sasl_auth_enable")
                ? own.isYes("smtpd_sasl_auth_enable")
                : port.equals("587") || port.equals("465");
        boolean isOther = !port.equals("25")
                && service.options().keySet().stream().anyMatch(option -> !HARMLESS_OPTIONS.contains(option));
        if ((wantsLogin && !port.equals("25")) || isOther) {
            source.draft()
                    .remark(
                            service.where(),
                            service
                                    + String.join(
                                            "",
                                            service.options().values().stream()
                                                    .map(o -> " -o " + o.name() + "=" + o.value())
                                                    .toList()),
                            wantsLogin
                                    ? "Postern has no AUTH yet: keep a server for those who log in, and let it relay"
                                            + " by way of a listener with role = \"trusted\""
                                    : "its settings are its own, and [policy] is one for all listeners: add a"
                                            + " [[listen]] for it when it is still needed");
            return false;
        }
        Set<String> addresses = new LinkedHashSet<>();
        int colon = service.name().lastIndexOf(':');
        for (String host : colon > 0 ? List.of(service.name().substring(0, colon)) : own.words("inet_interfaces")) {
            addresses.addAll(addresses(host, own, service));
        }
        boolean someTrusted = false;
        for (String address : addresses) {
            boolean isLoopback =
                    Net.address(address).filter(InetAddress::isLoopbackAddress).isPresent();
            Draft.Part part = source.draft().another("listen");
            part.text("address", (address.contains(":") ? "[" + address + "]" : address) + ":" + port);
            if (isLoopback && trustsLoopback) {
                part.text("role", "trusted");
                someTrusted = true;
            } else {
                part.text("role", "mx");
                if (trustsOthers()) {
                    part.plain("relay", "true");
                }
            }
            tls(part, own);
        }
        if (!addresses.isEmpty() && trustsLoopback && !someTrusted) {
            source.draft()
                    .remark(
                            source.settings().where("mynetworks"),
                            "mynetworks holds loopback",
                            "whoever comes to a listener for strangers from loopback is not trusted, for a port"
                                + " forwarder makes strangers look like it: programs of this host send by `sendmail`,"
                                + " or to a [[listen]] of role \"trusted\", as address = \"127.0.0.1:2525\"");
        }
        return !addresses.isEmpty();
    }

    private List<String> addresses(String host, Settings own, Service service) throws Unreadable {
        List<String> protocols = own.words("inet_protocols");
        boolean all = protocols.isEmpty() || protocols.contains("all");
        List<String> both =
                switch (host.toLowerCase(Locale.ROOT)) {
                    case "all" -> List.of("0.0.0.0", "::");
                    case "loopback-only", "localhost" -> List.of("127.0.0.1", "::1");
                    default -> List.of(host.replace("[", "").replace("]", ""));
                };
        List<String> usable = both.stream()
                .filter(address -> Net.address(address).isPresent())
                .filter(address -> all || protocols.contains(address.contains(":") ? "ipv6" : "ipv4"))
                .toList();
        if (usable.isEmpty()) {
            source.draft()
                    .remark(
                            colonless(service, own),
                            "inet_interfaces = ... " + host,
                            "a listener has an address, not a name: add a [[listen]] with the address of that name");
        }
        return usable;
    }

    private static String colonless(Service service, Settings own) {
        return service.name().contains(":") ? service.where() : own.where("inet_interfaces");
    }

    // --- TLS
    // ----------------------------------------------------------------------------------------------------------------------

    private void tls(Draft.Part part, Settings own) throws Unreadable {
        if (own.isYes("smtpd_tls_wrappermode")) {
            part.text("tls", "implicit");
            return;
        }
        switch (own.value("smtpd_tls_security_level")) {
            case "none" -> part.text("tls", "none");
            case "encrypt" -> isForced = true;
            case "" -> isClear |= !own.isYes("smtpd_use_tls");
            default -> {}
        }
    }

    private void certificates() throws Unreadable {
        Settings settings = source.settings();
        if (isClear) {
            source.remark(
                    "smtpd_tls_security_level",
                    "Postfix offers no TLS then; Postern offers STARTTLS. tls = \"none\" of [[listen]] would be the"
                            + " same");
        }
        if (isForced) {
            source.remark(
                    "smtpd_tls_security_level",
                    "STARTTLS is offered, and not asked for, as RFC 3207 §4 has it for public servers");
        }
        List<String> pairs = new ArrayList<>();
        List<String> chains = settings.words("smtpd_tls_chain_files");
        if (chains.isEmpty()) {
            for (String kind : List.of("", "ec", "d")) {
                String cert = settings.value("smtpd_tls_" + kind + "cert_file");
                String key = settings.value("smtpd_tls_" + kind + "key_file");
                if (!cert.isEmpty() && !cert.equals("none")) {
                    pairs.add(pair(cert, key.isEmpty() ? cert : key));
                }
            }
        } else {
            chains.forEach(chain -> pairs.add(pair(chain, chain)));
            source.remark("smtpd_tls_chain_files", "key and certificates in one file: Postern reads both from it");
        }
        if (!pairs.isEmpty()) {
            source.draft().table("tls").plain("certificates", "[" + String.join(", ", pairs) + "]");
        }
    }

    private static String pair(String cert, String key) {
        return "{ cert = " + ConfigText.quoted(cert) + ", key = " + ConfigText.quoted(key) + " }";
    }
}
