package org.postern.route;

import java.nio.file.Path;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.postern.smtp.Host;

/**
 * A {@code [[routes]]}: where mail for domains that aren't ours goes.
 *
 * @param credentials a file with user and password for the host
 */
public record RouteRule(Pattern to, NextHop via, Optional<Path> credentials) {

    /** Which domains. */
    public sealed interface Pattern {
        /** All of them. */
        record All() implements Pattern {
            @Override
            public String toString() {
                return "*";
            }
        }

        /** That one. */
        record One(Domain domain) implements Pattern {
            @Override
            public String toString() {
                return domain.name();
            }
        }

        /** All below it, itself not counted. */
        record Below(Domain domain) implements Pattern {
            @Override
            public String toString() {
                return "*." + domain.name();
            }
        }

        /** Reads {@code *}, {@code example.com} or {@code *.example.com}. */
        static Optional<Pattern> parse(String text) {
            if (text.equals("*")) {
                return Optional.of(new All());
            }
            return text.startsWith("*.")
                    ? Domain.parse(text.substring(2)).map(Below::new)
                    : Domain.parse(text).map(One::new);
        }

        /** Whether it means {@code host}. */
        default boolean matches(Host host) {
            return switch (this) {
                case All _ -> true;
                case One(Domain domain) -> domain.equals(host);
                case Below(Domain domain) ->
                    host instanceof Domain other && other.canonical().endsWith("." + domain.canonical());
            };
        }
    }

    /** Whether mail for {@code host} goes this way. */
    public boolean matches(Host host) {
        return to.matches(host);
    }
}
