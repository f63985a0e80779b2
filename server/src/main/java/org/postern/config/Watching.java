package org.postern.config;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * {@code [console]}: how the server is watched.
 *
 * @param listen where it serves metrics and health, by HTTP; none: nowhere
 */
public record Watching(Optional<InetSocketAddress> listen) {
    /** The default. */
    public static final Watching NONE = new Watching(Optional.empty());
}
