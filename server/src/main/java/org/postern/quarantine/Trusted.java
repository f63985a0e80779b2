package org.postern.quarantine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.postern.policy.PolicyException;
import org.postern.route.DurableFile;
import org.postern.spool.MessageId;
import org.postern.spool.SpooledMessage;

/** Whom the operator trusts, in a file of ours with a line for each: a restart doesn't change it. Thread-safe. */
public final class Trusted {
    /** The file's name in the data directory. */
    public static final String NAME = "trusted";

    private final Path file;
    private volatile List<Trust> all;
    private volatile List<PolicyException> exceptions;

    private Trusted(Path file, List<Trust> all) {
        this.file = file;
        this.all = List.copyOf(all);
        this.exceptions = all.stream().map(Trust::exception).toList();
    }

    /**
     * Those of {@code file}, which need not be there.
     *
     * @throws IOException when it can't be read, or a line makes no sense: the message names it
     */
    public static Trusted open(Path file) throws IOException {
        var all = new ArrayList<Trust>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException none) {
            return new Trusted(file, List.of());
        }
        for (int i = 0; i < lines.size(); i++) {
            int number = i + 1;
            if (!lines.get(i).isBlank()) {
                all.add(Trust.parse(lines.get(i))
                        .orElseThrow(() -> new IOException(file + ":" + number
                                + ": this line makes no sense; take it out, and trust the sender anew with:"
                                + " postern quarantine release --trust")));
            }
        }
        return new Trusted(file, all);
    }

    /** All of them, in the order in which they came. */
    public List<Trust> all() {
        return all;
    }

    /** The same for the policy. */
    public List<PolicyException> exceptions() {
        return exceptions;
    }

    /** Trusts the sender of {@code message}, from the next message on. It is on stable storage when this returns. */
    public synchronized Trust.Outcome add(SpooledMessage message, Trust.Scope scope, Instant now) throws IOException {
        Trust.Outcome outcome = Trust.of(message, scope, now);
        if (outcome instanceof Trust.Outcome.Given(Trust trust) && all.stream().noneMatch(trust::isAs)) {
            var more = new ArrayList<>(all);
            more.removeIf(one -> one.message().equals(trust.message()));
            more.add(trust);
            write(more);
        }
        return outcome;
    }

    /** Takes that away which came of {@code message}; whether it was there. */
    public synchronized boolean remove(MessageId message) throws IOException {
        List<Trust> less =
                all.stream().filter(one -> !one.message().equals(message)).toList();
        boolean was = less.size() < all.size();
        if (was) {
            write(less);
        }
        return was;
    }

    private void write(List<Trust> now) throws IOException {
        DurableFile.replace(file, now.stream().map(one -> one.line() + "\n").collect(Collectors.joining()));
        all = List.copyOf(now);
        exceptions = now.stream().map(Trust::exception).toList();
    }
}
