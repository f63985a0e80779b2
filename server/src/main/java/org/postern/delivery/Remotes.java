package org.postern.delivery;

import java.time.Duration;
import org.postern.signing.Signer;
import org.postern.smtp.client.SmtpClient;
import org.postern.spool.Spool;

/** What all runs to other hosts share. */
record Remotes(
        Spool spool,
        Legs legs,
        Targets targets,
        Connector connector,
        SmtpClient client,
        Signer signer,
        Settings settings) {
    /**
     * How connections are used.
     *
     * @param messagesPerConnection after so many it is closed
     * @param connectionTime after so long it is closed
     * @param idleTime how long it waits for the next message
     */
    record Settings(int messagesPerConnection, Duration connectionTime, Duration idleTime) {}
}
