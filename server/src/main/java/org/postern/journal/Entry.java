package org.postern.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Something that happened, as the journal keeps it: no content, no secret. In JSON the member {@code kind} says which it is; what is empty or
 * 0 is left out, and what an older or newer Postern did not know is empty or ignored. Texts are as they came: whoever shows them makes them
 * harmless.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Entry.Transaction.class, name = "transaction"),
    @JsonSubTypes.Type(value = Entry.Session.class, name = "session"),
    @JsonSubTypes.Type(value = Entry.Attempt.class, name = "attempt"),
    @JsonSubTypes.Type(value = Entry.Event.class, name = "event"),
    @JsonSubTypes.Type(value = Entry.Gap.class, name = "gap")
})
public sealed interface Entry {
    /** When, in milliseconds since 1970. */
    long at();

    /** The same. */
    @JsonIgnore
    default Instant time() {
        return Instant.ofEpochMilli(at());
    }

    /**
     * What a client brought, and what it was told; also a connection or greeting that was refused, so that nothing could be brought.
     *
     * @param from the reverse-path as {@code <ann@example.org>}; empty when it did not get so far
     * @param whole what was said of the message; nothing when it did not get so far
     * @param message its name in the spool; empty when it was not kept
     * @param messageId of its header, without angle brackets
     * @param others other commands that were refused meanwhile, {@value #MOST_REFUSALS} at most
     */
    record Transaction(
            long at,
            String session,
            Caller caller,
            Stage stage,
            String from,
            List<Recipient> to,
            Told whole,
            String message,
            String messageId,
            long octets,
            List<Found> findings,
            List<Fact> facts,
            List<Refused> others)
            implements Entry {
        // What an older Postern did not write is null here.
        public Transaction {
            caller = caller == null ? Caller.UNKNOWN : caller;
            stage = stage == null ? Stage.CONNECTION : stage;
            whole = whole == null ? Told.NOTHING : whole;
            to = List.copyOf(to);
            findings = List.copyOf(findings);
            facts = List.copyOf(facts);
            others = List.copyOf(others);
        }

        /** What decided: the message's verdict, or that of the last recipient that has one. */
        @JsonIgnore
        public Told decided() {
            return !whole.verdict().isEmpty()
                    ? whole
                    : to.reversed().stream()
                            .map(Recipient::told)
                            .filter(told -> !told.verdict().isEmpty())
                            .findFirst()
                            .orElse(whole);
        }
    }

    /** So many refusals are kept one by one. */
    int MOST_REFUSALS = 20;

    /** How far a transaction got. */
    enum Stage {
        /** No further than the connection. */
        CONNECTION,
        /** No further than the greeting. */
        GREETING,
        /** Sender and recipients. */
        ENVELOPE,
        /** All of it. */
        CONTENT
    }

    /**
     * A session that is over.
     *
     * @param end why, as {@code quit}
     * @param refused commands that were refused outside of transactions, {@value #MOST_REFUSALS} at most
     */
    record Session(
            long at,
            String session,
            Caller caller,
            String end,
            int transactions,
            int messages,
            int commands,
            int refusals,
            long in,
            long out,
            long ms,
            List<Refused> refused)
            implements Entry {
        public Session {
            caller = caller == null ? Caller.UNKNOWN : caller;
            refused = List.copyOf(refused);
        }
    }

    /**
     * A try to hand on a message.
     *
     * @param ms how long it took
     * @param age of the message, in milliseconds, when it was over
     */
    record Attempt(long at, String message, String destination, long ms, long age, List<Tried> tried) implements Entry {
        public Attempt {
            tried = List.copyOf(tried);
        }
    }

    /**
     * What else happened to a message.
     *
     * @param about the message that this one tells of
     */
    record Event(long at, What what, String message, String about, String from, List<String> to, String text)
            implements Entry {
        // Of a newer Postern, that something happened says nothing: who reads it leaves it out.
        public Event {
            Objects.requireNonNull(what);
            to = List.copyOf(to);
        }
    }

    /** What happened. */
    enum What {
        /** A program on this host left it in the maildrop. */
        LEFT_HERE,
        /** It is a report of ours. */
        REPORT,
        /** Given up, or its sender told that it takes long, while nobody at its destination can be reached. */
        GIVEN_UP,
        /** Held by the operator. */
        HELD,
        /** Let go on by the operator. */
        RELEASED,
        /** Let out of quarantine by the operator. */
        RELEASED_FROM_QUARANTINE,
        /** Made due by the operator. */
        RETRIED,
        /** Forgotten because the operator said so. */
        DROPPED,
        /** Forgotten because it was kept for as long as that is done. */
        FORGOTTEN
    }

    /**
     * Entries are missing here.
     *
     * @param since when the first of them was to be written
     * @param dropped how many
     */
    record Gap(long at, long since, long dropped, String why) implements Entry {}

    // --- parts
    // -----------------------------------------------------------------------------------------------------------------

    /**
     * Who came.
     *
     * @param client the address, as {@code 192.0.2.10} or {@code 2001:db8::1}
     * @param proxy the front end that it came by
     * @param verb {@code helo} or {@code ehlo}; empty when it did not greet
     * @param name that it greeted by
     * @param confirmed the name that reverse DNS confirms
     * @param tls as {@code TLSv1.3 TLS_AES_256_GCM_SHA384}; empty in clear
     * @param early whether it spoke out of turn
     */
    record Caller(
            String role,
            boolean trusted,
            String client,
            String proxy,
            String verb,
            String name,
            String confirmed,
            String tls,
            boolean early) {
        /** Nobody knows. */
        static final Caller UNKNOWN = new Caller("", false, "", "", "", "", "", "", false);
    }

    /**
     * A recipient, and what the client was told of it.
     *
     * @param means whom else it stands for, where it is an alias
     */
    record Recipient(String path, List<String> means, Told told) {
        public Recipient {
            told = told == null ? Told.NOTHING : told;
            means = List.copyOf(means);
        }
    }

    /**
     * What was said.
     *
     * @param verdict as {@code reject}; {@code trusted} of who isn't judged, {@code limited} where a rate was used up; empty where none was
     *     given
     * @param by the id of the check that decided
     * @param reply as {@code 550 5.7.1 text}
     */
    record Told(String verdict, String by, String reply) {
        /** Nothing. */
        public static final Told NOTHING = new Told("", "", "");
    }

    /** A command that was refused. */
    record Refused(String asked, Told told) {
        public Refused {
            told = told == null ? Told.NOTHING : told;
        }
    }

    /**
     * A finding.
     *
     * @param action what it earned
     * @param why that is milder than the profile's
     * @param on the facts that it rests on: places in the transaction's list, from 0
     */
    record Found(
            String check, String result, String action, String why, String subject, String text, List<Integer> on) {
        public Found {
            on = List.copyOf(on);
        }
    }

    /**
     * A question and its answer.
     *
     * @param ttl in seconds
     * @param ms how long it took
     */
    record Fact(String question, String answer, long ttl, long ms, String server, String dnssec) {}

    /**
     * What came of an attempt for a recipient.
     *
     * @param outcome {@code delivered}, {@code later}, {@code failed}, {@code unreachable}, {@code ours} or {@code stuck}
     * @param status RFC 3463, as {@code 5.1.1}; empty where nobody said one
     * @param host who said so; empty when we did
     * @param tls of the connection, as {@code TLSv1.3 TLS_AES_256_GCM_SHA384}
     * @param reply its very words
     * @param text in a sentence: where it lies, or what went wrong
     * @param state of the recipient afterwards, as {@code waiting}, {@code delivered}, {@code reported}
     * @param next when the next attempt is due; 0 when none is
     */
    record Tried(
            String to,
            String outcome,
            String status,
            String host,
            String tls,
            String reply,
            String text,
            String state,
            long next) {}
}
