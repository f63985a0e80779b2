package org.postern.quarantine;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postern.finding.Check;
import org.postern.policy.Action;
import org.postern.policy.AddressPattern;
import org.postern.policy.Condition;
import org.postern.policy.PolicyException;
import org.postern.policy.Proof;
import org.postern.policy.Wildcard;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.SpooledMessage;

/**
 * That a sender is trusted, since the operator released a message of his: what was found then puts no message of his into quarantine any
 * more, as long as what proved him does so again. What would be refused is refused all the same.
 *
 * @param message the one that was released
 * @param since in whole seconds
 * @param checks whose findings are only noted; one at least
 */
public record Trust(MessageId message, Instant since, AddressPattern sender, Proof proof, Set<Check> checks) {
    public Trust {
        since = since.truncatedTo(ChronoUnit.SECONDS);
        checks = Set.copyOf(checks);
        if (checks.isEmpty()) {
            throw new IllegalArgumentException("trust in whatever is found is none of a message");
        }
    }

    /** Whose mail is meant. */
    public enum Scope {
        /** That of the very address. */
        SENDER,
        /** That of all addresses of its domain: some write each message from another one. */
        DOMAIN
    }

    /** What came of asking for it. */
    public sealed interface Outcome {
        /** It is given. */
        record Given(Trust trust) implements Outcome {}

        /** It can't be; {@code why} is a sentence without its full stop. */
        record Refused(String why) implements Outcome {}
    }

    /** Trust in the sender of {@code message}. */
    static Outcome of(SpooledMessage message, Scope scope, Instant now) {
        if (!(message.from() instanceof Mailbox mailbox)) {
            return new Outcome.Refused("it has no sender (<>), and whoever wants to can say so");
        }
        Optional<Wildcard> domain =
                mailbox.host() instanceof Domain host ? Wildcard.parse(host.canonical()) : Optional.empty();
        Optional<Proof> proof = message.doubt().map(Doubt::proof).flatMap(Proof::parse);
        Set<Check> checks = message.doubt().stream()
                .flatMap(doubt -> doubt.notes().stream())
                .filter(Doubt.Note::counts)
                .flatMap(note -> Check.of(note.check()).stream())
                .collect(Collectors.toSet());
        if (domain.isEmpty()) {
            return new Outcome.Refused("its sender is of no domain");
        }
        if (proof.isEmpty() || checks.isEmpty()) {
            return new Outcome.Refused("nothing was kept of what proves its sender");
        }
        Optional<String> local =
                scope == Scope.SENDER ? Optional.of(mailbox.localPart().toLowerCase(Locale.ROOT)) : Optional.empty();
        return new Outcome.Given(
                new Trust(message.id(), now, new AddressPattern(local, domain.get()), proof.get(), checks));
    }

    /** As the policy takes it. */
    PolicyException exception() {
        return new PolicyException(Condition.ofProven(sender, proof), checks, Action.QUARANTINE);
    }

    /** Whether it says the same of the same sender, whatever message it came of. */
    boolean isAs(Trust other) {
        return sender.equals(other.sender) && proof.equals(other.proof) && checks.equals(other.checks);
    }

    // --- as a line
    // -------------------------------------------------------------------------------------------------------------

    /** {@code m-... 2026-11-28T07:00:00Z iprev,helo-resolves client 192.0.2.1/32 ann@example.org}. */
    String line() {
        String ids = checks.stream().sorted().map(Check::id).collect(Collectors.joining(","));
        return message + " " + since + " " + ids + " " + proof + " " + sender;
    }

    /** What {@link #line} wrote; empty for anything else. */
    static Optional<Trust> parse(String line) {
        String[] words = line.split(" ", 6);
        if (words.length < 6) {
            return Optional.empty();
        }
        Optional<MessageId> message = MessageId.parse(words[0]);
        Optional<Instant> since = instant(words[1]);
        Set<Check> checks = new HashSet<>();
        boolean isKnown = Arrays.stream(words[2].split(",", -1))
                .allMatch(id -> Check.of(id).map(checks::add).isPresent());
        Optional<Proof> proof = Proof.parse(words[3] + " " + words[4]);
        Optional<AddressPattern> sender = AddressPattern.parse(words[5]);
        return message.isEmpty() || since.isEmpty() || !isKnown || proof.isEmpty() || sender.isEmpty()
                ? Optional.empty()
                : Optional.of(new Trust(message.get(), since.get(), sender.get(), proof.get(), checks));
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException none) {
            return Optional.empty();
        }
    }
}
