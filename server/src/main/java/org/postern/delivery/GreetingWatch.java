package org.postern.delivery;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.postern.delivery.OwnGreeting.Kind;
import org.postern.delivery.OwnGreeting.Warning;
import org.postern.dns.Resolver;
import org.postern.smtp.Domain;

/**
 * Looks at our own greeting when the server starts and every few hours after that, beside everything else: nobody waits for DNS, and who
 * takes a PTR record away does not tell us.
 */
public final class GreetingWatch implements AutoCloseable {
    private static final Duration EVERY = Duration.ofHours(3);

    /** Where DNS did not answer. */
    private static final Duration AGAIN = Duration.ofMinutes(10);

    private final Supplier<List<Warning>> look;
    private final Consumer<Warning> each;
    private final Thread thread;
    private volatile Optional<List<Warning>> last = Optional.empty();
    private Set<String> told = Set.of();

    private GreetingWatch(Supplier<List<Warning>> look, Consumer<Warning> each) {
        this.look = look;
        this.each = each;
        this.thread = Thread.ofVirtual().name("own-greeting").unstarted(this::run);
    }

    /**
     * Looks from now on, until it is closed.
     *
     * @param egresses asked for at each look
     * @param each gets every warning that the look before did not give, on a thread of its own
     */
    public static GreetingWatch start(
            Resolver resolver, Domain hostname, Supplier<List<Egress>> egresses, Consumer<Warning> each) {
        var watch = new GreetingWatch(() -> OwnGreeting.look(resolver, hostname, egresses.get()), each);
        watch.thread.start();
        return watch;
    }

    /** What the last look came to; empty before the first. */
    public Optional<List<Warning>> last() {
        return last;
    }

    private void run() {
        try {
            while (true) {
                List<Warning> warnings = look();
                boolean isSure = warnings.stream().noneMatch(one -> one.kind() == Kind.NOT_KNOWN_NOW);
                Thread.sleep(isSure ? EVERY : AGAIN);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Warning> look() throws InterruptedException {
        List<Warning> warnings = look.get();
        if (Thread.interrupted()) {
            // Then it was broken off, and has not seen all.
            throw new InterruptedException();
        }
        last = Optional.of(List.copyOf(warnings));
        Set<String> texts = new HashSet<>();
        for (Warning warning : warnings) {
            texts.add(warning.text());
            if (!told.contains(warning.text())) {
                each.accept(warning);
            }
        }
        told = texts;
        return warnings;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
