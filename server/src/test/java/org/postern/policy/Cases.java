package org.postern.policy;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;

/** Made-up cases: 192.0.2.10 greets as mail.good.example, ann@sender.example writes to bob@example.com. */
final class Cases {
    private Cases() {}

    static Case of(Finding... findings) {
        return from("192.0.2.10", "mail.good.example", "ann@sender.example", "bob@example.com", findings);
    }

    static Case from(String client, String greeting, String sender, String recipient, Finding... findings) {
        return new Case(
                InetAddress.ofLiteral(client),
                Greeting.name(greeting),
                Mailbox.parse(sender).orElseThrow(),
                Optional.of(Mailbox.parse(recipient).orElseThrow()),
                List.of(findings));
    }

    /** Reads {@code iprev=fail helo-rdns=pass}. */
    static Case found(String findings) {
        return of(Arrays.stream(findings.split(" ")).map(Cases::finding).toArray(Finding[]::new));
    }

    static Finding finding(String text) {
        String[] parts = text.split("=", 2);
        return Finding.of(
                Check.of(parts[0]).orElseThrow(),
                Result.valueOf(parts[1].toUpperCase(Locale.ROOT)),
                parts[0] + " came to it");
    }
}
