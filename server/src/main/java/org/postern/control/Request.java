package org.postern.control;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;
import org.postern.journal.Query;
import org.postern.spool.MessageId;

/** What may be asked. In JSON the member {@code ask} says which it is. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Request.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = Request.Page.class, name = "page"),
    @JsonSubTypes.Type(value = Request.Show.class, name = "show"),
    @JsonSubTypes.Type(value = Request.Content.class, name = "content"),
    @JsonSubTypes.Type(value = Request.Hold.class, name = "hold"),
    @JsonSubTypes.Type(value = Request.Release.class, name = "release"),
    @JsonSubTypes.Type(value = Request.Retry.class, name = "retry"),
    @JsonSubTypes.Type(value = Request.Drop.class, name = "drop"),
    @JsonSubTypes.Type(value = Request.Flush.class, name = "flush"),
    @JsonSubTypes.Type(value = Request.Why.class, name = "why"),
    @JsonSubTypes.Type(value = Request.Suspend.class, name = "suspend"),
    @JsonSubTypes.Type(value = Request.Resume.class, name = "resume"),
    @JsonSubTypes.Type(value = Request.QuarantineList.class, name = "quarantine-list"),
    @JsonSubTypes.Type(value = Request.QuarantineShow.class, name = "quarantine-show"),
    @JsonSubTypes.Type(value = Request.QuarantineRelease.class, name = "quarantine-release"),
    @JsonSubTypes.Type(value = Request.QuarantineDrop.class, name = "quarantine-drop"),
    @JsonSubTypes.Type(value = Request.Trust.class, name = "trust"),
    @JsonSubTypes.Type(value = Request.TrustList.class, name = "trust-list"),
    @JsonSubTypes.Type(value = Request.TrustRemove.class, name = "trust-remove"),
    @JsonSubTypes.Type(value = Request.Find.class, name = "find"),
    @JsonSubTypes.Type(value = Request.Follow.class, name = "follow"),
    @JsonSubTypes.Type(value = Request.ForgetPerson.class, name = "forget-person"),
    @JsonSubTypes.Type(value = Request.Reload.class, name = "reload"),
    @JsonSubTypes.Type(value = Request.Names.class, name = "names"),
    @JsonSubTypes.Type(value = Request.Export.class, name = "export")
})
public sealed interface Request {
    /** Who answers. */
    record Hello() implements Request {}

    /**
     * The next messages in the queue, in the order they came.
     *
     * @param after go on behind this one; from the first when empty
     * @param most how many, 1 to {@value #MOST}
     * @param held only those that have a held recipient
     */
    record Page(Optional<MessageId> after, int most, boolean held) implements Request {
        /** More are not given at once. */
        public static final int MOST = 1_000;

        public Page {
            if (most < 1 || most > MOST) {
                throw new IllegalArgumentException("most is 1 to " + MOST + ", not " + most);
            }
        }
    }

    /** All about one message but its content. */
    record Show(MessageId id) implements Request {}

    /** A message as it would be handed on: what we put before it, and its content. Answered by as many parts as it takes. */
    record Content(MessageId id) implements Request {}

    /** Try it no more until it is released. */
    record Hold(MessageId id) implements Request {}

    /** Let a held one go on. */
    record Release(MessageId id) implements Request {}

    /** Try it now, held or not. */
    record Retry(MessageId id) implements Request {}

    /** Forget it, undelivered. */
    record Drop(MessageId id) implements Request {}

    /** Try all that waits now. */
    record Flush() implements Request {}

    /**
     * How destinations fare.
     *
     * @param destination a domain, or a destination by its own name; empty for all that something waits for
     */
    record Why(Optional<String> destination) implements Request {}

    /** Try nothing more there until it is resumed. */
    record Suspend(String destination) implements Request {}

    /** Let it go on. */
    record Resume(String destination) implements Request {}

    /**
     * The next messages in quarantine, in the order they came.
     *
     * @param after go on behind this one; from the first when empty
     * @param most how many, 1 to {@value Page#MOST}
     */
    record QuarantineList(Optional<MessageId> after, int most) implements Request {
        public QuarantineList {
            if (most < 1 || most > Page.MOST) {
                throw new IllegalArgumentException("most is 1 to " + Page.MOST + ", not " + most);
            }
        }
    }

    /** What is to be told of one message in quarantine. */
    record QuarantineShow(MessageId id) implements Request {}

    /** Let one in quarantine go on, as if nobody doubted it. */
    record QuarantineRelease(MessageId id) implements Request {}

    /** Forget one in quarantine, undelivered. */
    record QuarantineDrop(MessageId id) implements Request {}

    /**
     * Trust the sender of one in quarantine: what was found there puts no message of his into quarantine any more.
     *
     * @param scope whether the very address, or all of its domain
     */
    record Trust(MessageId id, org.postern.quarantine.Trust.Scope scope) implements Request {}

    /** Whom the operator trusts so. */
    record TrustList() implements Request {}

    /** Trust him no more, of whom that message was. */
    record TrustRemove(MessageId id) implements Request {}

    /**
     * The next entries of the journal, the newest first.
     *
     * @param before only what has a smaller number
     * @param most how many, 1 to {@value Page#MOST}
     */
    record Find(Query query, long before, int most) implements Request {
        public Find {
            if (most < 1 || most > Page.MOST) {
                throw new IllegalArgumentException("most is 1 to " + Page.MOST + ", not " + most);
            }
        }
    }

    /** Entries of the journal as they are written, until the client hangs up. Answered by as many parts as it takes. */
    record Follow() implements Request {}

    /** Take a person out of the journal. */
    record ForgetPerson(String address) implements Request {}

    /** Read the configuration anew, and go by it. */
    record Reload() implements Request {}

    /**
     * The next names of all that the spool holds, queued or in quarantine, in the order they came.
     *
     * @param after go on behind this one; from the first when empty
     * @param most how many, 1 to {@value Page#MOST}
     */
    record Names(Optional<MessageId> after, int most) implements Request {
        public Names {
            if (most < 1 || most > Page.MOST) {
                throw new IllegalArgumentException("most is 1 to " + Page.MOST + ", not " + most);
            }
        }
    }

    /** A message with all about it, to be put into another spool. Answered by parts as {@link Content}, and then by what it is. */
    record Export(MessageId id) implements Request {}
}
