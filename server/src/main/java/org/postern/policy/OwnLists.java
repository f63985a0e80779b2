package org.postern.policy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;

/**
 * The operator's own lists: whom to let in whatever the checks say (broken protocol apart), and whom never. Who is on both is let in.
 */
public record OwnLists(List<Condition> allow, List<Condition> deny) {
    /** Lists with nobody on them. */
    public static final OwnLists EMPTY = new OwnLists(List.of(), List.of());

    public OwnLists {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /** {@code own-list}: pass for who is let in, fail for who is not, none for all others. */
    public Finding check(Case one) {
        Optional<Condition> allowed =
                allow.stream().filter(condition -> condition.holds(one)).findFirst();
        if (allowed.isPresent()) {
            return Finding.of(Check.OWN_LIST, Result.PASS, "let in by the list of this server: " + allowed.get());
        }
        Optional<Condition> denied =
                deny.stream().filter(condition -> condition.holds(one)).findFirst();
        return denied.isPresent()
                ? Finding.of(Check.OWN_LIST, Result.FAIL, "refused by the list of this server: " + denied.get())
                : Finding.of(Check.OWN_LIST, Result.NONE, "on no list of this server");
    }

    /** With those of {@code other} behind its own. */
    OwnLists and(OwnLists other) {
        var allowed = new ArrayList<>(allow);
        allowed.addAll(other.allow);
        var denied = new ArrayList<>(deny);
        denied.addAll(other.deny);
        return new OwnLists(allowed, denied);
    }

    /**
     * Reads a file of lines as {@code client 192.0.2.0/24}, {@code greeting *.example.com}, {@code sender ann@example.com},
     * {@code recipient @example.com}; empty lines, and those that begin with {@code #}, say nothing.
     *
     * @throws IOException when it can't be read, or a line makes no sense: the message names the line
     */
    static List<Condition> read(Path file) throws IOException {
        var conditions = new ArrayList<Condition>();
        int number = 0;
        for (String line : lines(file)) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                int place = number;
                conditions.add(parse(text)
                        .orElseThrow(() -> new IOException(file + ":" + place + ": \"" + text
                                + "\" is no line of a list; write client NET, greeting NAME, sender ADDRESS or"
                                + " recipient ADDRESS")));
            }
        }
        return conditions;
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException notText) {
            throw new IOException(file + " is not UTF-8", notText);
        } catch (NoSuchFileException gone) {
            throw new IOException(file + " is not there", gone);
        }
    }

    private static Optional<Condition> parse(String line) {
        String[] words = line.split("\\s+", 2);
        if (words.length < 2) {
            return Optional.empty();
        }
        return switch (words[0]) {
            case "client" -> Net.parse(words[1]).map(Condition::ofClient);
            case "greeting" -> Wildcard.parse(words[1]).map(Condition::ofGreeting);
            case "sender" -> AddressPattern.parse(words[1]).map(Condition::ofSender);
            case "recipient" -> AddressPattern.parse(words[1]).map(Condition::ofRecipient);
            default -> Optional.empty();
        };
    }
}
