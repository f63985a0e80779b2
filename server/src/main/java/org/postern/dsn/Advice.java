package org.postern.dsn;

import java.util.Map;
import org.postern.smtp.EnhancedCode;

/** What the sender of a message can do about a failure, by its code: RFC 3463. */
final class Advice {
    private static final Map<String, String> BY_CODE = Map.ofEntries(
            Map.entry(
                    "1.1",
                    "There is no such mailbox. Look for a mistake in the address, or ask the recipient another way."),
            Map.entry("1.2", "There is no such domain. Look for a mistake right of the @."),
            Map.entry("1.6", "The mailbox has moved, and left no new address."),
            Map.entry("1.10", "That domain takes no mail at all."),
            Map.entry("2.1", "The mailbox is switched off."),
            Map.entry("2.2", "The mailbox is full. The recipient has to make room; send it again then."),
            Map.entry("2.3", "The message is too large for that mailbox. Send less, or a link."),
            Map.entry("3.4", "The message is too large for that server. Send less, or a link."),
            Map.entry(
                    "4.1",
                    "The server did not answer for all that time. Send it again later, or ask the recipient another"
                            + " way."),
            Map.entry("4.4", "Mail for that domain leads nowhere. Its administrator has to mend that."),
            Map.entry("4.6", "The message went in a circle. The administrators of these servers have to mend that."),
            Map.entry(
                    "4.7",
                    "It was tried again and again, in vain. Send it again later, or ask the recipient another way."),
            Map.entry("6.3", "That server is too old for letters beyond ASCII. Send the text as an attachment."),
            Map.entry("6.7", "That server takes no addresses with letters beyond ASCII. Use another address."),
            Map.entry("6.9", "That server takes no header with letters beyond ASCII."));

    private static final Map<Integer, String> BY_SUBJECT = Map.of(
            1, "Something is wrong with the address.",
            2, "Something is wrong with the mailbox.",
            3, "That server could not take it.",
            4, "That server could not be reached.",
            5, "The servers did not understand each other.",
            6, "That server can't take such content.",
            7, "That server refuses it. Its words above say why; its administrator can say more.");

    private Advice() {}

    static String of(EnhancedCode status) {
        String exact = BY_CODE.get(status.subject() + "." + status.detail());
        if (exact != null) {
            return exact;
        }
        return BY_SUBJECT.getOrDefault(status.subject(), "The words above are all that is known.");
    }
}
