package org.postern.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Reply;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/** Makes attempts to deliver. Safe for many threads. */
public interface Courier {
    /** What became of one recipient. */
    sealed interface Outcome {
        /** What went wrong, in words; empty when nothing did. */
        default Optional<String> problem() {
            return switch (this) {
                case Delivered _ -> Optional.empty();
                case Later(Diagnosis why) -> Optional.of(why.text());
                case Failed(Diagnosis why) -> Optional.of(why.text());
                case Unreachable(Diagnosis why) -> Optional.of(why.text());
                case Ours(String why) -> Optional.of(why);
                case Stuck(String why) -> Optional.of(why);
            };
        }

        /**
         * It is delivered.
         *
         * @param said who took it, and in which words; empty when it lies here
         */
        record Delivered(String how, Optional<Said> said) implements Outcome {
            /** It lies here. */
            public Delivered(String how) {
                this(how, Optional.empty());
            }
        }

        /** What a host said. */
        record Said(String host, Reply reply) {}

        /** It may be delivered later. */
        record Later(Diagnosis why) implements Outcome {
            /** For a reason of this machine. */
            public Later(String why) {
                this(Diagnosis.of("4.3.0", why));
            }
        }

        /** No attempt will help: its sender has to know. */
        record Failed(Diagnosis why) implements Outcome {}

        /** Nobody at its destination can be talked to: true for all that goes there. */
        record Unreachable(Diagnosis why) implements Outcome {}

        /**
         * Nothing goes to its destination before the operator has mended something here: no fault of its sender, who isn't told, and true
         * for all that goes there.
         */
        record Ours(String why) implements Outcome {}

        /** No attempt will help: the operator has to look at it. */
        record Stuck(String why) implements Outcome {}
    }

    /** Attempts at one destination, made by one thread one after the other, over one connection where that can be. */
    interface Run extends AutoCloseable {
        /**
         * Tries to deliver {@code message} to these of its recipients; an outcome for each.
         *
         * @throws IOException when the message itself can't be read
         */
        Map<ForwardPath, Outcome> deliver(SpooledMessage message, List<Recipient> due) throws IOException;

        /**
         * Others wait for its connection: an attempt that has reached nobody ends soon, as one that failed. Called by other threads; does
         * nothing where it can't be done without risk.
         */
        default void hurry() {}

        /** How the connection of the last attempt was encrypted, as {@code TLSv1.3 TLS_AES_256_GCM_SHA384}; empty in clear and when there was none. */
        default String security() {
            return "";
        }

        /** For how long it is worth waiting for the next message. */
        Duration patience();

        @Override
        void close();
    }

    /** Where {@code recipient} goes. Quick: asks nobody. */
    Destination destination(ForwardPath recipient);

    /** How many runs there may be at once. */
    int atOnce(Destination destination);

    /** Begins a run; nobody is called before the first message. */
    Run run(Destination destination);

    /** Breaks off what is under way: each attempt ends soon, and as one that failed. */
    default void abort() {}
}
