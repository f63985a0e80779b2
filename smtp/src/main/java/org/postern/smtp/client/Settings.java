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

    /** How far a session goes: to look at its banner, its greeting or its TLS only; {@link Stage#OTHER} for all the way. */
    Stage last = Stage.OTHER;

    /** Whether it goes on behind {@code stage}. */
    boolean goesPast(Stage stage) {
        return stage.compareTo(last) < 0;
    }

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
        copy.last = last;
        return copy;
    }
}
