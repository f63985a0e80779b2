package org.postern.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/** A courier whose other hosts are a function: each domain is a destination of its own, and {@code example.com} is here. */
public class TestCourier implements Courier {
    private final Attempt attempt;
    private final int atOnce;

    /** What comes of an attempt for some recipients. */
    public interface Attempt {
        Map<ForwardPath, Outcome> of(SpooledMessage message, List<Recipient> due) throws IOException;
    }

    /** Up to {@code atOnce} attempts at each destination. */
    public TestCourier(Attempt attempt, int atOnce) {
        this.attempt = attempt;
        this.atOnce = atOnce;
    }

    /** Each recipient by itself. */
    static TestCourier each(Function<String, Outcome> answer, int atOnce) {
        return new TestCourier(
                (_, due) -> {
                    Map<ForwardPath, Outcome> outcomes = new HashMap<>();
                    due.forEach(recipient -> outcomes.put(
                            recipient.path(), answer.apply(recipient.path().toString())));
                    return outcomes;
                },
                atOnce);
    }

    /** A run was hurried. */
    void hurry() {}

    @Override
    public Destination destination(ForwardPath recipient) {
        String domain = recipient instanceof Mailbox mailbox ? mailbox.host().toString() : "example.com";
        return domain.equals("example.com") ? Destination.LOCAL : Destination.remote(domain);
    }

    @Override
    public int atOnce(Destination destination) {
        return atOnce;
    }

    @Override
    public Run run(Destination destination) {
        return new Run() {
            @Override
            public Map<ForwardPath, Outcome> deliver(SpooledMessage message, List<Recipient> due) throws IOException {
                return attempt.of(message, due);
            }

            @Override
            public void hurry() {
                TestCourier.this.hurry();
            }

            @Override
            public Duration patience() {
                return Duration.ofMillis(200);
            }

            @Override
            public void close() {}
        };
    }
}
