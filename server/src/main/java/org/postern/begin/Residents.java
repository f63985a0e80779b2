package org.postern.begin;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postern.config.ConfigText;

/** Who has a mailbox in our domains. */
public sealed interface Residents {
    /** These, local parts, in each domain. */
    record Named(List<String> localParts) implements Residents {
        public Named {
            localParts = List.copyOf(localParts);
        }

        @Override
        public String toml() {
            return localParts.stream().map(ConfigText::quoted).collect(Collectors.joining(", ", "[", "]"));
        }

        @Override
        public String toString() {
            return localParts.isEmpty() ? "nobody but the postmaster" : String.join(", ", localParts);
        }
    }

    /** Whoever that word stands for. */
    enum Many implements Residents {
        /** Everybody. */
        ANY("any"),
        /** The users of this machine. */
        SYSTEM("system"),
        /** Whose Maildir is there. */
        EXISTING("existing"),
        /** Whom the next hop takes. */
        ASK("ask");

        private final String word;

        Many(String word) {
            this.word = word;
        }

        @Override
        public String toml() {
            return ConfigText.quoted(word);
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** As {@code domains.NAME.mailboxes} has it. */
    String toml();

    /** The word; empty when it is none. */
    static Optional<Residents> many(String word) {
        for (Many one : Many.values()) {
            if (one.word.equals(word)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }
}
