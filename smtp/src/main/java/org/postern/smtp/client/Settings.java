package org.postern.smtp.client;

import java.util.Optional;
import org.postern.smtp.Host;
import org.postern.smtp.client.SmtpClient.Protocol;

/** How a client talks. Not changed any more once a client has it. */
final class Settings {
    /** The argument of EHLO, HELO and LHLO. */
    Host name;

    Protocol protocol = Protocol.SMTP;

    /** Whom we mean to reach, for its certificate and SNI; empty for the address that is connected to. */
    Optional<String> host = Optional.empty();

    Security security = Security.OPPORTUNISTIC;

    /** TLS from the first octet: RFC 8314 §3.3. */
    boolean implicit;

    Deadlines deadlines = Deadlines.DEFAULT;
    boolean chunking = true;
    Dialogue dialogue = Dialogue.UNHEARD;

    Settings(Host name) {
        this.name = name;
    }

    Settings copy() {
        var copy = new Settings(name);
        copy.protocol = protocol;
        copy.host = host;
        copy.security = security;
        copy.implicit = implicit;
        copy.deadlines = deadlines;
        copy.chunking = chunking;
        copy.dialogue = dialogue;
        return copy;
    }
}
