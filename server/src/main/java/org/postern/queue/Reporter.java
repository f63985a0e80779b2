package org.postern.queue;

import java.io.IOException;
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
}
