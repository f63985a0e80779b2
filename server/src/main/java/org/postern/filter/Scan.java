package org.postern.filter;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postern.finding.Check;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.message.Header;

/**
 * One filter, looking at one message: on a virtual thread of its own, which starts when there is a piece to show it, so that no
 * filter waits for a slow client. For the session's thread.
 */
final class Scan {
    private final Filter filter;
    private final Transaction transaction;
    private final Header header;
    private final Feed feed;
    private final CompletableFuture<Opinion> opinion = new CompletableFuture<>();

    private @Nullable Thread asking;
    private long began = System.nanoTime();
    private boolean tooLarge;

    Scan(Filter filter, Transaction transaction, Header header) {
        this.filter = filter;
        this.transaction = transaction;
        this.header = header;
        this.feed = new Feed(filter.settings().timeout());
    }

    private FilterSettings settings() {
        return filter.settings();
    }

    /** Whether the piece is dealt with; else it is to be {@link #put}. */
    boolean offer(byte[] piece, long octetsSoFar) {
        if (isTooLarge(octetsSoFar)) {
            return true;
        }
        start();
        return feed.offer(piece);
    }

    private boolean isTooLarge(long octetsSoFar) {
        if (octetsSoFar > settings().maxBytes() && !opinion.isDone()) {
            tooLarge = true;
            stop();
        }
        return tooLarge;
    }

    /** Waits for room, no longer than the filter is waited for. */
    void put(byte[] piece) throws InterruptedException {
        if (!feed.put(piece)) {
            stop();
        }
    }

    /** That was all. */
    void end(long octets) {
        if (!isTooLarge(octets)) {
            start();
        }
        feed.end();
    }

    private void start() {
        if (asking == null) {
            began = System.nanoTime();
            asking = Thread.ofVirtual().name("filter-" + settings().name()).start(this::ask);
        }
    }

    private void ask() {
        try {
            opinion.complete(filter.ask(transaction, header, feed));
        } catch (IOException | InterruptedException | RuntimeException problem) {
            // Told as a finding, by whoever asks for the outcome.
            opinion.completeExceptionally(problem);
        } finally {
            feed.close();
        }
    }

    /** What came of it, once it was told the end; waits for that no longer than its time. */
    Outcome outcome() throws InterruptedException {
        if (tooLarge) {
            return without(
                    Result.NONE,
                    "too-large",
                    "is not shown messages of more than " + settings().maxBytes() + " octets");
        }
        Duration patience = feed.patience();
        try {
            return outcome(opinion.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException silent) {
            stop();
            return noAnswer("did not answer within " + settings().timeout().toMillis() + " ms");
        } catch (ExecutionException failed) {
            return patience.isZero()
                    ? noAnswer("did not take it within " + settings().timeout().toMillis() + " ms")
                    : noAnswer(why(failed.getCause()));
        }
    }

    private static String why(@Nullable Throwable cause) {
        if (cause instanceof Gibberish gibberish) {
            return "makes no sense: " + gibberish.getMessage();
        }
        if (cause instanceof ConnectException) {
            return "does not answer: nobody listens there";
        }
        String text = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return "does not answer"
                + (text.isEmpty() && cause != null ? ": " + cause.getClass().getSimpleName() : text);
    }

    private Outcome outcome(Opinion said) {
        return new Outcome(finding(said.result(), said.word(), said.text(), said.said()), said.fields());
    }

    private Outcome noAnswer(String text) {
        return without(Result.TEMPERROR, "no-answer", text);
    }

    private Outcome without(Result result, String word, String text) {
        return new Outcome(finding(result, word, text, text), List.of());
    }

    private Finding finding(Result result, String word, String text, String said) {
        Duration time = Duration.ofNanos(System.nanoTime() - began);
        return new Finding(
                Check.FILTER,
                result,
                settings().name() + " " + word,
                settings().name() + " " + text,
                List.of(Evidence.of(
                        "content of " + transaction.id(),
                        said,
                        time,
                        settings().address().toString())));
    }

    /** Gives it up, if it still goes on. */
    void stop() {
        feed.close();
        if (asking != null) {
            asking.interrupt();
        }
    }
}
