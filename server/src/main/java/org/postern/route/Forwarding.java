package org.postern.route;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/**
 * Whom a recipient stands for: an alias for its mailboxes, a sender that we rewrote for the one it was. Safe for many threads.
 */
public final class Forwarding {
    private final Aliases aliases;
    private final Optional<Srs> srs;

    /** By these aliases; without {@code srs} senders stay as they are. */
    public Forwarding(Aliases aliases, Optional<Srs> srs) {
        this.aliases = aliases;
        this.srs = srs;
    }

    /** Forwards nothing. */
    public static Forwarding none() {
        return new Forwarding(Aliases.none(), Optional.empty());
    }

    /** Whom a recipient stands for. */
    public sealed interface Answer {
        /** For itself. */
        record Itself() implements Answer {}

        /** For these. */
        record Others(List<Mailbox> mailboxes) implements Answer {
            public Others {
                mailboxes = List.copyOf(mailboxes);
            }
        }

        /** For nobody; RFC 3463's code, and why. */
        record Nobody(String enhanced, String why) implements Answer {}
    }

    /**
     * Whom {@code recipient} stands for.
     *
     * @throws IOException when that can't be looked up now
     */
    public Answer answer(ForwardPath recipient) throws IOException {
        if (srs.isPresent() && recipient instanceof Mailbox mailbox) {
            Optional<Srs.Meaning> meaning = srs.get().meaning(mailbox);
            if (meaning.isPresent()) {
                return switch (meaning.get()) {
                    case Srs.Meaning.Stands(Mailbox sender) -> new Answer.Others(List.of(sender));
                    case Srs.Meaning.Nobody(String why) -> new Answer.Nobody("5.1.1", why);
                };
            }
        }
        Optional<Aliases.Expansion> expansion = aliases.expand(recipient);
        if (expansion.isEmpty()) {
            return new Answer.Itself();
        }
        return switch (expansion.get()) {
            case Aliases.Expansion.To(List<Mailbox> targets) -> new Answer.Others(targets);
            case Aliases.Expansion.Endless(String why) -> new Answer.Nobody("5.4.6", why);
        };
    }

    /**
     * The sender by which mail of {@code from}, which is none of ours, goes on to outside.
     *
     * @throws IOException when what has to be kept for it can't be
     */
    public ReversePath sender(ReversePath from) throws IOException {
        return srs.isPresent() && from instanceof Mailbox mailbox ? srs.get().rewritten(mailbox) : from;
    }
}
