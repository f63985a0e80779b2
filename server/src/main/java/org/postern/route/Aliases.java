package org.postern.route;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Host;
import org.postern.smtp.Mailbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names that stand for other mailboxes, here or elsewhere: RFC 5321 §3.9.1. Those of files are read again when these change; a file that
 * is broken then is told of in the log, and what it said before stays in force. Safe for many threads.
 */
public final class Aliases {
    private static final Logger LOG = LoggerFactory.getLogger(Aliases.class);

    /** How far aliases may lead to aliases. */
    static final int MOST_DEEP = 20;

    private final Map<Mailbox, List<Mailbox>> configured;
    private final List<Path> files;
    private final Domain own;
    private final int most;
    private final Duration interval;
    private volatile Map<String, List<Mailbox>> current;
    private volatile long lookedAt;
    private List<Optional<FileTime>> times;

    /** Where a name leads. */
    public sealed interface Expansion {
        /** To these, each once. */
        record To(List<Mailbox> targets) implements Expansion {
            public To {
                targets = List.copyOf(targets);
            }
        }

        /** Nowhere, and why. */
        record Endless(String why) implements Expansion {}
    }

    /**
     * Reads all files.
     *
     * @param own the domain of names in files that have none
     * @param most how many mailboxes one name may lead to
     * @param interval how long a change of a file may go unseen
     * @throws IOException when a file can't be read or has faults; the message says which and where
     */
    public Aliases(
            Map<Mailbox, List<Mailbox>> configured, Collection<Path> files, Domain own, int most, Duration interval)
            throws IOException {
        this.configured = Map.copyOf(configured);
        this.files = List.copyOf(files);
        this.own = own;
        this.most = most;
        this.interval = interval;
        this.times = times();
        this.current = read();
        this.lookedAt = System.nanoTime();
    }

    /** No aliases at all. */
    public static Aliases none() {
        try {
            return new Aliases(Map.of(), List.of(), new Domain("localhost"), 1, Duration.ofDays(1));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Where {@code recipient} leads; empty when it is no alias. A name in its own alias is its mailbox: {@code ann: ann, bob}. Names
     * that lead back to others on the way add nothing.
     */
    public Optional<Expansion> expand(ForwardPath recipient) {
        Map<String, List<Mailbox>> known = known();
        Mailbox start = recipient instanceof Mailbox mailbox ? mailbox : new Mailbox("postmaster", own);
        Optional<String> key = key(known, start);
        return key.map(name -> expand(known, name));
    }

    private record Open(String name, int depth) {}

    private Expansion expand(Map<String, List<Mailbox>> known, String start) {
        Map<String, Mailbox> targets = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>(Set.of(start));
        var open = new ArrayDeque<Open>();
        open.add(new Open(start, 1));
        while (!open.isEmpty()) {
            Open alias = open.remove();
            for (Mailbox target : known.getOrDefault(alias.name, List.of())) {
                Optional<String> next = key(known, target).filter(name -> !name.equals(alias.name));
                if (next.isEmpty()) {
                    targets.put(key(target.localPart(), target.host()), target);
                } else if (alias.depth == MOST_DEEP) {
                    return new Expansion.Endless("its aliases lead on more than " + MOST_DEEP + " times");
                } else if (seen.add(next.get())) {
                    open.add(new Open(next.get(), alias.depth + 1));
                }
                if (targets.size() > most) {
                    return new Expansion.Endless("it leads to more than " + most + " mailboxes");
                }
            }
        }
        return targets.isEmpty()
                ? new Expansion.Endless("its alias leads back to itself")
                : new Expansion.To(List.copyOf(targets.values()));
    }

    /** The alias that {@code mailbox} is, itself or without its tag. */
    private static Optional<String> key(Map<String, List<Mailbox>> known, Mailbox mailbox) {
        String whole = key(mailbox.localPart(), mailbox.host());
        if (known.containsKey(whole)) {
            return Optional.of(whole);
        }
        int plus = mailbox.localPart().indexOf('+');
        return plus <= 0
                ? Optional.empty()
                : Optional.of(key(mailbox.localPart().substring(0, plus), mailbox.host()))
                        .filter(known::containsKey);
    }

    private static String key(String localPart, Host host) {
        String domain = host instanceof Domain named ? named.canonical() : host.toString();
        return localPart.toLowerCase(Locale.ROOT) + "@" + domain;
    }

    // --- the files
    // -------------------------------------------------------------------------------------------------------------

    private Map<String, List<Mailbox>> known() {
        if (!files.isEmpty() && System.nanoTime() - lookedAt > interval.toNanos()) {
            look();
        }
        return current;
    }

    private synchronized void look() {
        if (System.nanoTime() - lookedAt <= interval.toNanos()) {
            return;
        }
        lookedAt = System.nanoTime();
        List<Optional<FileTime>> now = times();
        if (now.equals(times)) {
            return;
        }
        times = now;
        try {
            current = read();
            LOG.atInfo().addKeyValue("aliases", current.size()).log("aliases read again");
        } catch (IOException problem) {
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .addKeyValue("advice", "mend the file; until then the aliases stay as they were")
                    .log("a file of aliases can't be read");
        }
    }

    /** Those of the configuration count before those of files, and the first file before the next. */
    private Map<String, List<Mailbox>> read() throws IOException {
        Map<String, List<Mailbox>> all = new HashMap<>();
        configured.forEach((name, targets) -> all.put(key(name.localPart(), name.host()), List.copyOf(targets)));
        for (Path file : files) {
            AliasFile.read(file, own)
                    .forEach((name, targets) -> all.putIfAbsent(key(name.localPart(), name.host()), targets));
        }
        return all;
    }

    private List<Optional<FileTime>> times() {
        var now = new ArrayList<Optional<FileTime>>();
        for (Path file : files) {
            try {
                now.add(Optional.of(Files.getLastModifiedTime(file)));
            } catch (IOException gone) {
                now.add(Optional.empty());
            }
        }
        return now;
    }
}
