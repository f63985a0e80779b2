package org.postern.policy;

import java.util.Optional;
import org.postern.smtp.Mailbox;

/**
 * Whom an exception or a list is about: all that is given must hold.
 *
 * @param greeting of the name that the client greets by
 * @param sender of MAIL FROM; never {@code <>}
 * @param proof what nobody can forge about who brings it
 */
public record Condition(
        Optional<Net> client,
        Optional<Wildcard> greeting,
        Optional<AddressPattern> sender,
        Optional<AddressPattern> recipient,
        Optional<Proof> proof) {
    /** Everybody. */
    public static final Condition ANYBODY =
            new Condition(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Without a proof: of these, the client's address alone can't be forged. */
    public Condition(
            Optional<Net> client,
            Optional<Wildcard> greeting,
            Optional<AddressPattern> sender,
            Optional<AddressPattern> recipient) {
        this(client, greeting, sender, recipient, Optional.empty());
    }

    /** By the reverse-path, and what nobody can forge about it. */
    public static Condition ofProven(AddressPattern sender, Proof proof) {
        return new Condition(
                Optional.empty(), Optional.empty(), Optional.of(sender), Optional.empty(), Optional.of(proof));
    }

    /** By the client's address alone. */
    public static Condition ofClient(Net net) {
        return new Condition(Optional.of(net), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** By the name of the greeting alone: who knows it can say it. */
    public static Condition ofGreeting(Wildcard name) {
        return new Condition(Optional.empty(), Optional.of(name), Optional.empty(), Optional.empty());
    }

    /** By the reverse-path alone: who knows it can say it. */
    public static Condition ofSender(AddressPattern sender) {
        return new Condition(Optional.empty(), Optional.empty(), Optional.of(sender), Optional.empty());
    }

    /** By the forward-path alone. */
    public static Condition ofRecipient(AddressPattern recipient) {
        return new Condition(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(recipient));
    }

    /** Whether it is about that case. */
    public boolean holds(Case one) {
        return client.map(net -> net.contains(one.client())).orElse(true)
                && greeting.map(name -> name.matches(one.name().text())).orElse(true)
                && sender.map(pattern -> one.from() instanceof Mailbox mailbox && pattern.matches(mailbox))
                        .orElse(true)
                && recipient
                        .map(pattern -> one.to()
                                .filter(Mailbox.class::isInstance)
                                .map(Mailbox.class::cast)
                                .filter(pattern::matches)
                                .isPresent())
                        .orElse(true)
                && proof.map(known -> known.holds(one)).orElse(true);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        client.ifPresent(net -> text.append(" client ").append(net));
        greeting.ifPresent(name -> text.append(" greeting ").append(name.text()));
        sender.ifPresent(pattern -> text.append(" sender ").append(pattern));
        recipient.ifPresent(pattern -> text.append(" recipient ").append(pattern));
        proof.ifPresent(known -> text.append(" proven by ").append(known));
        return text.isEmpty() ? "anybody" : text.substring(1);
    }
}
