package org.postern.spool;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;

/** Keeps accepted messages until they are delivered. Safe for many threads. */
public interface Spool extends AutoCloseable {
    /** A name for a message that is about to come in: larger than all before. */
    MessageId nextId();

    /**
     * What a session brings.
     *
     * @param session its name
     * @param trace the header fields that we put before the content, CRLF line ends
     * @param doubt why it is in quarantine; empty when it is not
     * @param standing whether its sender is told of failures
     * @param originals for recipients whom an alias named: whom the sender had named
     */
    record Arrival(
            MessageId id,
            String session,
            Envelope envelope,
            String trace,
            Optional<Doubt> doubt,
            Standing standing,
            Map<ForwardPath, ForwardPath> originals) {
        public Arrival {
            originals = Map.copyOf(originals);
        }

        /** One of a client that we trust, which goes the usual way. */
        public Arrival(MessageId id, String session, Envelope envelope, String trace) {
            this(id, session, envelope, trace, Optional.empty(), Standing.OURS, Map.of());
        }
    }

    /**
     * Whether a message could be taken now: asked before DATA, so that nobody sends octets in vain. Quick; looks at no disk.
     *
     * @throws SpoolProblem as {@link #accept} would
     */
    void requireRoom() throws SpoolProblem;

    /** Whether what is said of messages is still noted: no more once a write has failed, until a restart. */
    boolean isRunning();

    /** Decides about a message once all of its content has come. */
    @FunctionalInterface
    interface Ending {
        /** {@code begun} as it is to be kept, of the same name and recipients; empty when it is not to be kept. */
        Optional<Arrival> of(Arrival begun) throws IOException;
    }

    /**
     * Keeps a message. When it returns, the message and all about it is on stable storage; when it throws, nothing of it will be found.
     *
     * @param content to be read to its end; its exceptions pass through
     * @param ending asked behind the last octet; its exceptions pass through
     * @return empty when the ending would not have it: then nothing of it will be found
     * @throws SpoolProblem when it can't be kept: {@link SpoolProblem.Kind#FULL} for lack of space, {@link SpoolProblem.Kind#STOPPED}
     *     when a write has failed and the store takes no more
     */
    Optional<SpooledMessage> accept(Arrival arrival, InputStream content, Ending ending) throws IOException;

    /** Keeps a message about which all is known before it comes; else as the other. */
    default SpooledMessage accept(Arrival arrival, InputStream content) throws IOException {
        return accept(arrival, content, Optional::of).orElseThrow();
    }

    /**
     * The content of a message, as it came. Reading to its end compares the checksum.
     *
     * @throws SpoolProblem {@link SpoolProblem.Kind#DAMAGED} when it is not what was kept
     */
    InputStream content(SpooledMessage message) throws IOException;

    /** The message of that name. */
    Optional<SpooledMessage> find(MessageId id) throws IOException;

    /** Up to {@code most} messages, in the order they came, behind {@code after} or from the first. */
    List<SpooledMessage> page(Optional<MessageId> after, int most) throws IOException;

    /**
     * Notes the states of its recipients. Returns at once; it is on stable storage before anything that is said later. When a crash
     * comes first, the former states are found.
     */
    void update(SpooledMessage message) throws IOException;

    /** Forgets a message, as {@link #update} notes: nothing is left to do for it. */
    void done(SpooledMessage message) throws IOException;

    /** Waits until all that was said is on stable storage, and closes. */
    @Override
    void close() throws IOException;
}
