package org.postern.dns;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSEC3Record;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * What it takes to validate one answer: the questions that follow it, one after another, and limits on what their answers may cost. A
 * zone that makes it dear (KeyTrap, CVE-2023-50387; NSEC3 with many iterations, CVE-2023-50868) gets no answer, and soon.
 *
 * <p>dnsjava hands on the executor that it was given, to whom it asks: so each question of the validator finds its own validation.
 */
final class Validation implements Executor {
    /** In all, for the one answer: a chain of twenty labels, each with its DS and its DNSKEYs. */
    static final int MAX_QUESTIONS = 40;

    /** In one message. A reverse name with 500 names is one set. */
    static final int MAX_RECORDS = 2_000;

    /** In all messages together; a signed answer has two or three, its chain as many for each zone. */
    static final int MAX_SIGNATURES = 200;

    /** RFC 6781 §4.1: a zone that changes its keys and its algorithm at once has about eight. */
    static final int MAX_KEYS = 24;

    /** Of keys with one tag (RFC 4034 appendix B): two come by chance, once in a long while. */
    static final int MAX_SAME_TAG = 2;

    /** RFC 9276 §3.2: above this a zone gets no answer; between it and {@link #INSECURE_ITERATIONS} it counts as not signed. */
    static final int MAX_ITERATIONS = 500;

    /** RFC 9276 §3.2. */
    static final int INSECURE_ITERATIONS = 100;

    private final Wire wire;
    private final long end;
    private int questions;
    private int signatures;
    private Optional<String> problem = Optional.empty();

    /** @param end as of {@link System#nanoTime()} */
    Validation(Wire wire, long end) {
        this.wire = wire;
        this.end = end;
    }

    /** Runs what dnsjava would run elsewhere. */
    @Override
    public void execute(Runnable task) {
        Thread.ofVirtual().name("dns-validation").start(task);
    }

    /** Asks one of the questions. */
    CompletableFuture<Message> ask(Message query) {
        var reply = new CompletableFuture<Message>();
        execute(() -> {
            try {
                count();
                reply.complete(bounded(wire.send(query, end)));
            } catch (IOException | RuntimeException failed) {
                note(ServerExchange.words(failed));
                reply.completeExceptionally(failed);
            }
        });
        return reply;
    }

    /** What went wrong with one of the questions. The validator may go on as if there had been no answer; then its verdict is none. */
    synchronized Optional<String> problem() {
        return problem;
    }

    private synchronized void note(String words) {
        if (problem.isEmpty()) {
            problem = Optional.of(words);
        }
    }

    private synchronized void count() throws IOException {
        if (++questions > MAX_QUESTIONS) {
            throw new IOException("more than " + MAX_QUESTIONS + " questions to validate one answer");
        }
    }

    private Message bounded(Message reply) throws IOException {
        int code = reply.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            // The validator would take it for a proof that isn't there, and call the zone bogus.
            throw new IOException(Replies.refusal(reply));
        }
        int records = 0;
        Map<Integer, Integer> tags = new HashMap<>();
        for (int section : List.of(Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL)) {
            for (Record record : reply.getSection(section)) {
                atMost(MAX_RECORDS, ++records, "records in an answer");
                switch (record) {
                    case RRSIGRecord _ -> countSignature();
                    case DNSKEYRecord key -> tags.merge(key.getFootprint(), 1, Integer::sum);
                    case NSEC3Record denial -> atMost(MAX_ITERATIONS, denial.getIterations(), "iterations of NSEC3");
                    default -> {}
                }
            }
        }
        atMost(MAX_KEYS, tags.values().stream().mapToInt(count -> count).sum(), "keys of one zone");
        for (int sharing : tags.values()) {
            atMost(MAX_SAME_TAG, sharing, "keys with one tag");
        }
        return reply;
    }

    private synchronized void countSignature() throws IOException {
        atMost(MAX_SIGNATURES, ++signatures, "signatures for one answer");
    }

    private static void atMost(int most, int count, String what) throws IOException {
        if (count > most) {
            throw new IOException("too dear to validate: more than " + most + " " + what);
        }
    }
}
