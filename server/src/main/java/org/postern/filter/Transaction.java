package org.postern.filter;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.ReversePath;
import org.postern.smtp.server.Session;

/**
 * What a filter is told of a message besides its octets.
 *
 * @param client its port is 0 where it is not known
 * @param confirmedName the name of its address that leads back to it
 * @param greeting what it called itself
 * @param recipients those that are taken, at least one
 * @param hostname ours
 * @param id the message's name in our log
 * @param user who has logged in
 */
public record Transaction(
        InetSocketAddress client,
        Optional<String> confirmedName,
        String greeting,
        Optional<Session.Tls> tls,
        ReversePath from,
        List<ForwardPath> recipients,
        String hostname,
        String id,
        Optional<String> user) {
    /** @throws IllegalArgumentException when it is for nobody */
    public Transaction {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a message for nobody is shown to nobody");
        }
    }
}
