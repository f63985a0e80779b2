package org.postern.postfix;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postern.route.MaildirTemplate;

/** What pattern the paths of virtual_mailbox_maps have. */
final class VirtualMaildirs {
    private VirtualMaildirs() {}

    /** {@code /var/mail/{domain}/{local}}, when each of the paths is made so; empty when not, or when there is none. */
    static Optional<String> template(List<Row> rows, String base) {
        var templates = new TreeSet<String>();
        for (Row row : rows) {
            if (!row.value().endsWith("/")) {
                return Optional.empty();
            }
            templates.add(template(row, base));
        }
        return templates.size() == 1
                ? Optional.of(templates.first())
                        .filter(path -> MaildirTemplate.problem(path).isEmpty())
                        .filter(path -> path.contains("{local}"))
                : Optional.empty();
    }

    private static String template(Row row, String base) {
        String key = row.key().toLowerCase(Locale.ROOT);
        String local = key.substring(0, key.lastIndexOf('@'));
        String domain = key.substring(key.lastIndexOf('@') + 1);
        String path = base.isEmpty() ? row.value() : base + "/" + row.value();
        String segments = Stream.of(path.split("/", -1))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> segment.equals(local) ? "{local}" : segment.equals(domain) ? "{domain}" : segment)
                .collect(Collectors.joining("/"));
        return (path.startsWith("/") ? "/" : "") + segments;
    }
}
