package org.postern.smtp.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetSocketAddress;
import java.util.List;
import org.postern.smtp.Domain;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.client.ClientProblem;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.Payload;
import org.postern.smtp.client.Sent;
import org.postern.smtp.client.SmtpClient;

final class Deliver {
    private Deliver() {}

    static Sent deliver(InetSocketAddress server, Mailbox from, Mailbox to, String message) throws ClientProblem {
        SmtpClient client = SmtpClient.named(new Domain("mail.example.com"));
        try (ClientSession session = client.connect(server)) {
            var envelope = new Envelope(from, MailParameters.NONE, List.of(to));
            return session.send(envelope, Payload.of(message.getBytes(UTF_8)));
        }
    }
}
