package org.postern.spool;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a repair came to.
 *
 * @param found what could be read: its {@link Inspection#messages} are all saved
 * @param kept where the damaged store is now; empty when there was nothing to repair
 * @param report a file that says the same; empty when there was nothing to repair
 * @param contents files with what could be read of lost messages
 */
public record Repaired(Inspection found, Optional<Path> kept, Optional<Path> report, List<Path> contents) {
    public Repaired {
        contents = List.copyOf(contents);
    }
}
