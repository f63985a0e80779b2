package org.postern.postfix;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.postern.route.LocalDomain;
import org.postern.route.LocalDomain.Delivery;
import org.postern.route.LocalDomain.Mailboxes;
import org.postern.route.MaildirTemplate;
import org.postern.smtp.Domain;

/** Writes {@code [domains]}: what Postfix receives mail for, in its four classes. */
final class Domains {
    /** Where Postern keeps what had no Maildir before. */
    private static final String OWN = "maildir:/var/lib/postern/mail/";

    private final Source source;
    private final Transports transports;
    private final Map<String, Draft.Part> written = new LinkedHashMap<>();
    private final Map<String, TreeSet<String>> listed = new LinkedHashMap<>();
    private final List<Domain> local = new ArrayList<>();

    Domains(Source source, Transports transports) {
        this.source = source;
        this.transports = transports;
    }

    /** Those of mydestination, whose mailboxes are the users of the system. */
    List<Domain> local() {
        return List.copyOf(local);
    }

    boolean isOurs(String domain) {
        return written.containsKey(domain);
    }

    /** Whether it is known who exists in that domain, and that mailbox does. */
    boolean lists(String localPart, String domain) {
        return Optional.ofNullable(listed.get(domain))
                .filter(names -> names.contains(localPart))
                .isPresent();
    }

    void catchAll(String domain, String localPart) {
        Optional.ofNullable(written.get(domain)).ifPresent(part -> part.text("catch-all", localPart));
    }

    void write() throws Unreadable {
        systemUsers();
        virtualMailboxes();
        relays();
        for (Source.Named named : source.domains("virtual_alias_domains")) {
            // Only aliases exist there.
            begin(named).ifPresent(part -> part.list("mailboxes", List.of()));
        }
        if (written.isEmpty()) {
            source.draft()
                    .remark(
                            "main.cf",
                            "mydestination, virtual_mailbox_domains, relay_domains, virtual_alias_domains",
                            "name no domain: without [domains] Postern receives for localhost and its own name, any"
                                    + " mailbox. The domain below takes nothing, so that it does not");
            source.draft().whole("domains.\"nothing.invalid\"").list("mailboxes", List.of());
        }
    }

    private Optional<Draft.Part> begin(Source.Named named) {
        String name = named.domain().canonical();
        if (written.containsKey(name)) {
            return Optional.empty();
        }
        Draft.Part part = source.draft().whole("domains.\"" + name + "\"");
        written.put(name, part);
        return Optional.of(part);
    }

    private void list(Draft.Part part, Domain domain, Collection<String> names) {
        var sorted = new TreeSet<String>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (hasRoomFor(domain, lower)) {
                sorted.add(lower);
            } else {
                source.draft().remark(part, domain.name(), name, "no mailbox can have such a name here");
            }
        }
        listed.put(domain.canonical(), sorted);
        part.list("mailboxes", sorted);
    }

    private static boolean hasRoomFor(Domain domain, String name) {
        return new LocalDomain(
                        domain,
                        new Delivery.IntoMaildir(new MaildirTemplate("/{local}")),
                        new Mailboxes.Any(),
                        Optional.empty())
                .hasRoomFor(name);
    }

    // --- mydestination
    // ------------------------------------------------------------------------------------------------------------

    private void systemUsers() throws Unreadable {
        List<Source.Named> destinations = source.domains("mydestination");
        if (destinations.isEmpty()) {
            List.of(
                            "local_recipient_maps",
                            "local_transport",
                            "home_mailbox",
                            "mailbox_command",
                            "mail_spool_directory")
                    .forEach(source.settings()::see);
            return;
        }
        String deliver = new LocalDelivery(source, transports).find();
        boolean takesAll = source.settings().value("local_recipient_maps").isEmpty();
        var users = new ArrayList<String>();
        List<String> aliases = source.settings().words("alias_maps");
        List<String> tables = source.settings().words("local_recipient_maps").stream()
                .filter(table -> !aliases.contains(table))
                .toList();
        boolean ofSystem = !tables.isEmpty() && tables.stream().allMatch(Tables::isOfSystem);
        for (String table : tables) {
            source
                    .tables()
                    .rows(table, source.settings().where("local_recipient_maps"), "local_recipient_maps")
                    .stream()
                    .map(Row::key)
                    .filter(key -> !key.startsWith("@"))
                    .forEach(key -> users.add(key.contains("@") ? key.substring(0, key.indexOf('@')) : key));
        }
        for (Source.Named named : destinations) {
            Optional<Draft.Part> part = begin(named);
            if (part.isPresent()) {
                local.add(named.domain());
                part.get().text("deliver", transported(named, part.get()).orElse(deliver));
                if (takesAll) {
                    part.get().text("mailboxes", "any");
                } else if (ofSystem) {
                    part.get().text("mailboxes", "system");
                    listed.put(named.domain().canonical(), new TreeSet<>(users));
                } else {
                    list(part.get(), named.domain(), users);
                }
            }
        }
        if (!takesAll && !ofSystem) {
            source.draft()
                    .remark(
                            source.settings().where("local_recipient_maps"),
                            "local_recipient_maps",
                            users.size()
                                    + " users are listed in mailboxes as they are now: who comes later must be added");
        }
    }

    /** What transport_maps says of a domain of ours. */
    private Optional<String> transported(Source.Named named, Draft.Part part) throws Unreadable {
        Optional<Row> row = transports.row(named.domain());
        if (row.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> hop = transports.hop(row.get().value(), row.get().where());
        if (hop.isEmpty()) {
            source.draft()
                    .remark(
                            part,
                            row.get().where(),
                            row.get().key() + " " + row.get().value(),
                            "has no counterpart: deliver leads to Maildirs, a host, LMTP, MX hosts or discard:");
        }
        return hop;
    }

    // --- virtual mailboxes
    // ---------------------------------------------------------------------------------------------------------

    private void virtualMailboxes() throws Unreadable {
        List<Source.Named> domains = source.domains("virtual_mailbox_domains");
        if (domains.isEmpty()) {
            return;
        }
        Settings settings = source.settings();
        List<Row> rows = source.tables().rows(settings, "virtual_mailbox_maps");
        String base = settings.value("virtual_mailbox_base");
        String transport = settings.value("virtual_transport");
        Optional<String> onward = transports.hop(transport, settings.where("virtual_transport"));
        if (onward.isEmpty() && !transport.equals("virtual")) {
            source.remark(
                    "virtual_transport",
                    "has no counterpart: mail for these domains goes into Maildirs under /var/lib/postern/mail; deliver"
                            + " may lead to a host or LMTP instead");
        }
        for (Source.Named named : domains) {
            Optional<Draft.Part> begun = begin(named);
            if (begun.isEmpty()) {
                continue;
            }
            Draft.Part part = begun.get();
            String at = "@" + named.domain().canonical();
            List<Row> own = rows.stream()
                    .filter(row -> row.key().toLowerCase(Locale.ROOT).endsWith(at)
                            && row.key().length() > at.length())
                    .toList();
            Optional<String> deliver = transported(named, part).or(() -> onward);
            if (deliver.isEmpty()) {
                deliver = VirtualMaildirs.template(own, base).map(path -> "maildir:" + path);
                if (deliver.isEmpty()) {
                    source.draft()
                            .remark(
                                    part,
                                    named.where(),
                                    "virtual_mailbox_maps, virtual_mailbox_base = " + base,
                                    "the paths are no Maildirs (they would end with /), or have no pattern of {domain}"
                                        + " and {local}: new Maildirs are made instead, move what is in the old ones");
                }
            }
            part.text("deliver", deliver.orElse(OWN + "{domain}/{local}"));
            mailboxes(part, named.domain(), own, rows.isEmpty(), onward.isPresent());
            rows.stream().filter(row -> row.key().equalsIgnoreCase(at)).forEach(row -> catchAll(part, row));
        }
    }

    private void mailboxes(Draft.Part part, Domain domain, List<Row> own, boolean isUnknown, boolean canAsk)
            throws Unreadable {
        if (!isUnknown) {
            list(
                    part,
                    domain,
                    own.stream()
                            .map(row -> row.key().substring(0, row.key().lastIndexOf('@')))
                            .toList());
            return;
        }
        boolean isEmpty = source.settings().value("virtual_mailbox_maps").isEmpty();
        String exists = isEmpty ? "any" : canAsk ? "ask" : "existing";
        if (!isEmpty) {
            source.draft()
                    .remark(
                            part,
                            source.settings().where("virtual_mailbox_maps"),
                            source.settings().quote("virtual_mailbox_maps"),
                            canAsk
                                    ? "could not be read: the next hop is asked who exists"
                                    : "could not be read: who has a Maildir exists");
        }
        part.text("mailboxes", exists);
    }

    private void catchAll(Draft.Part part, Row row) {
        source.draft()
                .remark(
                        part,
                        row.where(),
                        row.key() + " " + row.value(),
                        "a mailbox for everybody else: list it in mailboxes and name it as catch-all");
    }

    // --- relay_domains
    // ------------------------------------------------------------------------------------------------------------

    private void relays() throws Unreadable {
        Settings settings = source.settings();
        List<Row> recipients = source.tables().rows(settings, "relay_recipient_maps");
        boolean takesAll = settings.value("relay_recipient_maps").isEmpty();
        boolean verifies = settings.words("smtpd_recipient_restrictions").contains("reject_unverified_recipient");
        List<Source.Named> domains = source.domains("relay_domains");
        Optional<String> byDefault = domains.isEmpty() ? Optional.empty() : transports.relay();
        boolean some = false;
        for (Source.Named named : domains) {
            Optional<Draft.Part> begun = begin(named);
            if (begun.isEmpty()) {
                continue;
            }
            some = true;
            Draft.Part part = begun.get();
            String deliver = transported(named, part).or(() -> byDefault).orElse("mx");
            part.text("deliver", deliver);
            String at = "@" + named.domain().canonical();
            boolean canAsk = !deliver.equals("discard:");
            if (!takesAll && recipients.isEmpty()) {
                source.draft()
                        .remark(
                                part,
                                settings.where("relay_recipient_maps"),
                                settings.quote("relay_recipient_maps"),
                                "names nobody, or could not be read: the next hop is asked who exists");
                part.text("mailboxes", canAsk ? "ask" : "any");
            } else if (takesAll || recipients.stream().anyMatch(row -> row.key().equalsIgnoreCase(at))) {
                part.text("mailboxes", verifies && canAsk ? "ask" : "any");
            } else {
                list(
                        part,
                        named.domain(),
                        recipients.stream()
                                .map(row -> row.key().toLowerCase(Locale.ROOT))
                                .filter(key -> key.endsWith(at) && key.length() > at.length())
                                .map(key -> key.substring(0, key.length() - at.length()))
                                .toList());
            }
        }
        if (some) {
            source.remark(
                    "relay_domains",
                    "Postfix takes mail for the domains below these, too; here each is listed by its name: add those"
                            + " that there are");
        }
    }
}
