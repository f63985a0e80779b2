package org.postern.quarantine;

import java.time.Instant;
import java.util.List;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;

/**
 * A message in quarantine, as people are told of it. What its header says is decoded, and not made harmless yet.
 *
 * @param expires when it is forgotten, unless the operator decides before; later by as long as the server does not run
 * @param octets of its content
 * @param from of MAIL FROM, without angle brackets; empty for the null reverse-path
 * @param to whom it is for
 * @param client the address that it came from
 * @param greeting the name that the client greeted by
 * @param check the id of the check that decided
 * @param meaning what that means, for who does not know mail
 * @param notes all that was found and is not as it should be
 * @param headerFrom what the field From says; empty without one, as the next three
 */
public record Suspect(
        MessageId id,
        Instant received,
        Instant expires,
        long octets,
        String from,
        List<String> to,
        String client,
        String greeting,
        String check,
        String meaning,
        List<Doubt.Note> notes,
        String headerFrom,
        String headerTo,
        String subject,
        String date) {
    public Suspect {
        to = List.copyOf(to);
        notes = List.copyOf(notes);
    }
}
