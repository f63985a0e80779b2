package org.postern.postfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.postern.config.ConfigText;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/** Writes {@code [aliases]}: virtual(5), and behind it aliases(5) for the domains of mydestination. */
final class AliasNames {
    private final Source source;
    private final Domains domains;
    private final String origin;
    private final Map<String, List<String>> written = new LinkedHashMap<>();

    AliasNames(Source source, Domains domains) throws Unreadable {
        this.source = source;
        this.domains = domains;
        String myorigin = origin(source);
        this.origin = domains.isOurs(myorigin)
                ? myorigin
                : domains.local().stream().findFirst().map(Domain::canonical).orElse(myorigin);
    }

    private static String origin(Source source) throws Unreadable {
        String value = source.settings().value("myorigin");
        return value.startsWith("/")
                ? source.words("myorigin").stream().findFirst().map(Row::key).orElse("localhost")
                : value.toLowerCase(Locale.ROOT);
    }

    void write() throws Unreadable {
        for (Row row : source.tables().rows(source.settings(), "virtual_alias_maps")) {
            virtual(row);
        }
        for (Row one : source.tables().rows(source.settings(), "alias_maps")) {
            Row row = one.ofAliases();
            if (!domains.local().isEmpty()) {
                List<String> targets = targets(row);
                domains.local().forEach(domain -> behind(row, row.key() + "@" + domain.canonical(), targets));
            }
        }
        Draft.Part part = source.draft().table("aliases");
        written.forEach((name, targets) -> part.list(ConfigText.quoted(name), targets));
    }

    private void virtual(Row row) {
        int at = row.key().lastIndexOf('@');
        String domain = row.key().substring(at + 1).toLowerCase(Locale.ROOT);
        if (at < 0 && (domain.contains(".") || domains.isOurs(domain))) {
            // It says that there is this domain.
            return;
        }
        if (at == 0) {
            everybody(row, domain);
            return;
        }
        if (at > 0 && !domains.isOurs(domain)) {
            source.draft()
                    .remark(
                            row.where(),
                            row.key() + " " + row.value(),
                            "is in none of our domains, and aliases are for these only: mail for it goes where its"
                                    + " domain leads");
            return;
        }
        List<String> targets = targets(row);
        if (at > 0) {
            put(row, row.key(), targets);
        } else {
            domains.local().forEach(one -> put(row, row.key() + "@" + one.canonical(), targets));
        }
    }

    private void everybody(Row row, String domain) {
        Optional<Mailbox> target = Mailbox.parse(row.value().contains("@") ? row.value() : row.value() + "@" + origin);
        boolean isInIt = target.filter(mailbox -> mailbox.host() instanceof Domain host
                        && host.canonical().equals(domain)
                        && domains.lists(mailbox.localPart().toLowerCase(Locale.ROOT), domain))
                .isPresent();
        if (isInIt && target.isPresent()) {
            domains.catchAll(domain, target.get().localPart().toLowerCase(Locale.ROOT));
        } else {
            source.draft()
                    .remark(
                            row.where(),
                            row.key() + " " + row.value(),
                            "a catch-all is one of the mailboxes of its own domain here: list it in mailboxes, name it"
                                + " as catch-all, and lead each name that is wanted elsewhere by an alias of its own");
        }
    }

    /** Who stands for itself in virtual(5) goes on to aliases(5). */
    private void behind(Row row, String name, List<String> targets) {
        String key = name.toLowerCase(Locale.ROOT);
        List<String> before = written.get(key);
        if (before == null) {
            put(row, name, targets);
        } else if (before.contains(key) && !targets.isEmpty()) {
            var both = new ArrayList<>(before);
            both.remove(key);
            both.addAll(targets);
            written.put(key, both.stream().distinct().toList());
        }
    }

    private void put(Row row, String name, List<String> targets) {
        Optional<Mailbox> mailbox = Mailbox.parse(name);
        if (mailbox.isEmpty()) {
            source.draft().remark(row.where(), row.key() + ": " + row.value(), "is no name of a mailbox");
        } else if (!targets.isEmpty()) {
            written.putIfAbsent(mailbox.get().toString().toLowerCase(Locale.ROOT), targets);
        }
    }

    // --- targets
    // -----------------------------------------------------------------------------------------------------------------

    private List<String> targets(Row row) {
        var targets = new ArrayList<String>();
        for (String word : split(row.value())) {
            String bare = word.replaceAll("^\"(.*)\"$", "$1").strip();
            String name = bare.startsWith("\\") ? bare.substring(1) : bare;
            Optional<Mailbox> mailbox =
                    isForeign(bare) ? Optional.empty() : Mailbox.parse(name.contains("@") ? name : name + "@" + origin);
            mailbox.ifPresent(found -> targets.add(found.toString().toLowerCase(Locale.ROOT)));
            if (mailbox.isEmpty()) {
                source.draft()
                        .remark(
                                row.where(),
                                row.key() + ": " + word,
                                bare.startsWith("|")
                                        ? "mail starts no programs here: lead it to a mailbox that the program reads,"
                                                + " or to an LMTP server"
                                        : isForeign(bare)
                                                ? "aliases lead to mailboxes only here: name them"
                                                : "is no mailbox");
            }
        }
        return targets.stream().distinct().toList();
    }

    private static boolean isForeign(String target) {
        return target.startsWith("|") || target.startsWith("/") || target.startsWith(":include:");
    }

    private static List<String> split(String value) {
        var parts = new ArrayList<String>();
        var part = new StringBuilder();
        boolean quoted = false;
        for (char c : (value + ",").toCharArray()) {
            quoted ^= c == '"';
            if (c == ',' && !quoted) {
                if (!part.toString().isBlank()) {
                    parts.add(part.toString().strip());
                }
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        if (!part.toString().isBlank()) {
            parts.add(part.toString().strip());
        }
        return parts;
    }
}
