package org.postern.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/**
 * Names that stand for other mailboxes: {@code [aliases]}, {@code alias-files}, {@code [forwarding]}.
 *
 * @param files in the format of {@code /etc/aliases}; their bare names are those of {@code hostname}
 * @param srs the domain of ours that senders of what aliases send on to outside are written in; none: they stay as they are
 */
public record Aliasing(Map<Mailbox, List<Mailbox>> aliases, List<Path> files, Optional<Domain> srs) {
    /** None at all. */
    public static final Aliasing NONE = new Aliasing(Map.of(), List.of(), Optional.empty());

    public Aliasing {
        aliases = Map.copyOf(aliases);
        files = List.copyOf(files);
    }
}
