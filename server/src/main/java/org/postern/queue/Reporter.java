package org.postern.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/** Tells senders what became of their mail. Safe for many threads. */
public interface Reporter {
    /**
     * Tells that these recipients can't be reached. When it returns, the report is on stable storage.
     *
     * @return empty when who had to be told is told; else why nobody can be
     * @throws IOException when the report can't be kept now
     */
    Optional<String> failed(SpooledMessage message, Map<Recipient, Diagnosis> failures) throws IOException;

    /** Tells that it takes long to reach these, if its sender can be told at all. */
    void delayed(SpooledMessage message, Map<Recipient, Diagnosis> delays) throws IOException;

    /**
     * Tells the postmaster of a message that will be forgotten, undelivered, and of all others of which that will soon be told. When it
     * returns, that is on stable storage.
     *
     * @param told how old messages are when it is told of them
     * @param forgotten how old they become
     * @throws IOException when it can't be kept now
     */
    void forgetting(SpooledMessage message, Duration told, Duration forgotten) throws IOException;
}
