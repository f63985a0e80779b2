package org.postern.begin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.postern.config.Config;
import org.postern.route.LocalDomain;
import org.postern.route.MaildirTemplate;

/**
 * What systemd has to know of a configuration, as a drop-in of the server's unit: under {@code ProtectSystem=strict} (systemd.exec(5)) the
 * server writes nowhere else.
 */
public final class UnitDropIn {
    /** How it begins: who finds it there knows that it may be written anew. */
    public static final String HEAD =
            "# Written by postern init: the directories that its configuration has mail go into.";

    private UnitDropIn() {}

    /** The drop-in. */
    public static String of(Config config) {
        return HEAD + "\n[Service]\n"
                + places(config).stream()
                        .map(place -> "ReadWritePaths=" + quoted(place.toString()) + "\n")
                        .collect(Collectors.joining());
    }

    /** The data directory, and above Maildirs what is the same for all of them; none below another. */
    static List<Path> places(Config config) {
        var places = new ArrayList<Path>();
        places.add(config.data());
        for (LocalDomain domain : config.domains()) {
            if (domain.deliver() instanceof LocalDomain.Delivery.IntoMaildir(MaildirTemplate template)) {
                places.add(fixed(template));
            }
        }
        return places.stream()
                .distinct()
                .filter(place -> places.stream().noneMatch(other -> !other.equals(place) && place.startsWith(other)))
                .toList();
    }

    /** The directory above the first segment that is not the same for all mailboxes. */
    private static Path fixed(MaildirTemplate template) {
        String text = template.text();
        int brace = text.indexOf('{');
        String fixed = brace < 0 ? text : text.substring(0, text.lastIndexOf('/', brace) + 1);
        return Path.of(fixed);
    }

    /** A word of a unit file: systemd.syntax(7) on quoting, systemd.unit(5) on specifiers. */
    private static String quoted(String path) {
        String plain = path.replace("%", "%%");
        return plain.matches("[A-Za-z0-9/._%@:+,=-]+")
                ? plain
                : "\"" + plain.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
