package org.postern.door;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.postern.dns.DnsName;
import org.postern.message.MailDate;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.server.Session;

/** The trace field that a hop adds, RFC 5321 §4.4. Nothing of it can be broken by what a client said. */
final class Received {
    private static final DateTimeFormatter DATE = MailDate.FORMAT;

    private Received() {}

    /** With its line end. */
    static String field(
            Session session,
            Optional<DnsName> confirmed,
            Domain hostname,
            Envelope envelope,
            String id,
            ZonedDateTime now) {
        var text = new StringBuilder("Received: from ");
        AddressLiteral address = AddressLiteral.of(session.client().getAddress());
        text.append(name(session, address));
        // A name with odd octets is as good as none here: it may hold what ends a comment.
        String known = confirmed.flatMap(DnsName::domain).map(Domain::name).orElse("unknown");
        text.append(" (")
                .append(known)
                .append(' ')
                .append(address)
                .append(")\r\n\tby ")
                .append(hostname);
        text.append(" with ").append(protocol(session, envelope));
        session.tls()
                .ifPresent(tls -> text.append(" (")
                        .append(tls.protocol())
                        .append(' ')
                        .append(tls.cipher())
                        .append(')'));
        text.append("\r\n\tid ").append(id);
        // With several, it would tell each about the others: §7.6.
        List<ForwardPath> recipients = envelope.recipients();
        if (recipients.size() == 1) {
            text.append("\r\n\tfor ").append(recipients.getFirst().path());
        }
        return text.append(";\r\n\t").append(DATE.format(now)).append("\r\n").toString();
    }

    /** Of a message that a program on this host has left: as other servers have it, with whose it was. */
    static String field(int uid, Domain hostname, String id, ZonedDateTime now) {
        return "Received: by " + hostname + " (Postern, from userid " + uid + ")\r\n\tid " + id + ";\r\n\t"
                + DATE.format(now) + "\r\n";
    }

    /** What the client called itself; its address where that can't stand in a header. */
    private static String name(Session session, AddressLiteral address) {
        Optional<Greeting.Name> name = session.greeting().map(Greeting::name);
        return switch (name.orElse(new Greeting.Literal(address))) {
            case Greeting.Named named -> named.domain().name();
            case Greeting.Literal literal -> literal.literal().toString();
            case Greeting.Malformed _ -> address.toString();
        };
    }

    /** RFC 3848, RFC 6531 §4.3. */
    private static String protocol(Session session, Envelope envelope) {
        boolean extended = session.greeting()
                .filter(greeting -> greeting.verb() == Greeting.Verb.EHLO)
                .isPresent();
        if (!extended) {
            return "SMTP";
        }
        return (envelope.parameters().smtputf8() ? "UTF8SMTP" : "ESMTP")
                + (session.tls().isPresent() ? "S" : "");
    }
}
