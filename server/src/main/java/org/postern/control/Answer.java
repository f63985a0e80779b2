package org.postern.control;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.postern.backup.MessageFile;
import org.postern.quarantine.Suspect;
import org.postern.queue.Situation;
import org.postern.spool.MessageId;

/** What is answered. In JSON the member {@code answer} says which it is. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Answer.Here.class, name = "here"),
    @JsonSubTypes.Type(value = Answer.Messages.class, name = "messages"),
    @JsonSubTypes.Type(value = Answer.Message.class, name = "message"),
    @JsonSubTypes.Type(value = Answer.Part.class, name = "part"),
    @JsonSubTypes.Type(value = Answer.Changed.class, name = "changed"),
    @JsonSubTypes.Type(value = Answer.Flushed.class, name = "flushed"),
    @JsonSubTypes.Type(value = Answer.Destinations.class, name = "destinations"),
    @JsonSubTypes.Type(value = Answer.Switched.class, name = "switched"),
    @JsonSubTypes.Type(value = Answer.Suspects.class, name = "suspects"),
    @JsonSubTypes.Type(value = Answer.Suspected.class, name = "suspected"),
    @JsonSubTypes.Type(value = Answer.Trusting.class, name = "trusting"),
    @JsonSubTypes.Type(value = Answer.Trusts.class, name = "trusts"),
    @JsonSubTypes.Type(value = Answer.Entries.class, name = "entries"),
    @JsonSubTypes.Type(value = Answer.News.class, name = "news"),
    @JsonSubTypes.Type(value = Answer.Forgotten.class, name = "forgotten"),
    @JsonSubTypes.Type(value = Answer.Reloaded.class, name = "reloaded"),
    @JsonSubTypes.Type(value = Answer.Names.class, name = "names"),
    @JsonSubTypes.Type(value = Answer.Exported.class, name = "exported"),
    @JsonSubTypes.Type(value = Answer.Failed.class, name = "failed")
})
public sealed interface Answer {
    /**
     * To {@link Request.Hello}.
     *
     * @param server its program and version
     * @param waiting messages that are due, wait, or are being delivered
     */
    record Here(String server, long waiting) implements Answer {}

    /**
     * To {@link Request.Page}.
     *
     * @param next where to go on, even when there is no message in this one; empty at the end
     */
    record Messages(List<Summary> messages, Optional<MessageId> next) implements Answer {
        public Messages {
            messages = List.copyOf(messages);
        }
    }

    /** To {@link Request.Show}. */
    record Message(Details message) implements Answer {}

    /**
     * To {@link Request.Content} and {@link Request.Export}.
     *
     * @param base64 48 KiB of it at most
     * @param last nothing follows
     */
    record Part(String base64, boolean last) implements Answer {}

    /** To what changes a message. */
    record Changed(MessageId id, Result result) implements Answer {}

    /** What came of a change. */
    enum Result {
        DONE,
        /** It was so already: what isn't held can't be released. */
        UNCHANGED,
        /** It lies in quarantine, and is changed only there. */
        QUARANTINED,
        /** There is no such message. */
        UNKNOWN,
        /** It is being delivered just now: ask again. */
        BUSY
    }

    /**
     * To {@link Request.Flush}.
     *
     * @param waiting messages that are tried now
     */
    record Flushed(long waiting) implements Answer {}

    /** To {@link Request.Why}: {@value #MOST_DESTINATIONS} at most, those first that most waits for. */
    record Destinations(List<Situation> destinations) implements Answer {
        public Destinations {
            destinations = List.copyOf(destinations);
        }
    }

    /** How many destinations are told at most. */
    int MOST_DESTINATIONS = 1_000;

    /**
     * To {@link Request.Suspend} and {@link Request.Resume}.
     *
     * @param destination its own name
     * @param changed whether it was otherwise before
     */
    record Switched(String destination, boolean changed) implements Answer {}

    /**
     * To {@link Request.QuarantineList}.
     *
     * @param next where to go on, even when there is no message in this one; empty at the end
     */
    record Suspects(List<Suspect> suspects, Optional<MessageId> next) implements Answer {
        public Suspects {
            suspects = List.copyOf(suspects);
        }
    }

    /** To {@link Request.QuarantineShow}. */
    record Suspected(Suspect suspect) implements Answer {}

    /**
     * To {@link Request.Trust}.
     *
     * @param trusted empty when he can't be trusted
     * @param why he can't; empty when he is
     */
    record Trusting(Optional<TrustedSender> trusted, String why) implements Answer {}

    /** To {@link Request.TrustList}: in the order they came. */
    record Trusts(List<TrustedSender> trusted) implements Answer {
        public Trusts {
            trusted = List.copyOf(trusted);
        }
    }

    /**
     * To {@link Request.Find}.
     *
     * @param numbers of the entries
     * @param entries each as an object of JSON, as {@link org.postern.journal.Codec} writes it
     * @param next where to go on; empty at the end
     */
    record Entries(List<Long> numbers, List<String> entries, OptionalLong next) implements Answer {
        public Entries {
            numbers = List.copyOf(numbers);
            entries = List.copyOf(entries);
        }
    }

    /**
     * To {@link Request.Follow}: what was written since the last part, often nothing.
     *
     * @param missed entries that were not told, for the client read too slowly
     */
    record News(List<String> entries, long missed) implements Answer {
        public News {
            entries = List.copyOf(entries);
        }
    }

    /**
     * To {@link Request.ForgetPerson}.
     *
     * @param entries that told of him
     */
    record Forgotten(long entries) implements Answer {}

    /**
     * To {@link Request.Reload}.
     *
     * @param changed whether the server goes by the configuration as it is now; else by what it was
     * @param remarks what keeps it from that; or what its owner may not have meant, and what holds only later
     */
    record Reloaded(boolean changed, List<String> remarks) implements Answer {
        public Reloaded {
            remarks = List.copyOf(remarks);
        }

        /** Nothing has changed, for these reasons. */
        public static Reloaded refused(List<String> why) {
            return new Reloaded(false, why);
        }
    }

    /**
     * To {@link Request.Names}.
     *
     * @param next where to go on; empty at the end
     */
    record Names(List<MessageId> ids, Optional<MessageId> next) implements Answer {
        public Names {
            ids = List.copyOf(ids);
        }
    }

    /** To {@link Request.Export}, behind the parts: what they were of. */
    record Exported(MessageFile message) implements Answer {}

    /** To what could not be answered; {@code text} says what to do. */
    record Failed(Reason reason, String text) implements Answer {}

    /** Why it could not be answered. */
    enum Reason {
        /** The request is of another version of the protocol. */
        VERSION,
        /** The request makes no sense. */
        MALFORMED,
        /** There is no such message. */
        UNKNOWN,
        /** Too many ask at once. */
        BUSY,
        /** The spool could not do it. */
        SPOOL,
        /** There is no journal, or it stands still. */
        JOURNAL,
        /** An error of ours. */
        FAILED
    }
}
