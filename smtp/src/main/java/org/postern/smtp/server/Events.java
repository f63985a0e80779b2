package org.postern.smtp.server;

import java.io.IOException;
import java.net.InetAddress;
import org.postern.smtp.Reply;

/** What a server has to tell beyond its sessions. Called on its own threads, several at a time; by default the JDK's system logger. */
public interface Events {
    /** A client was turned away before there was a session: too many of them, or too many of its own. */
    default void turnedAway(InetAddress client, Reply reply) {
        System.getLogger(Events.class.getName())
                .log(System.Logger.Level.WARNING, "turned away {0}: {1}", client, reply);
    }

    /**
     * A connection of a listed front end was closed for what it said in the place of a PROXY header.
     *
     * @param why as "its first octets are no PROXY header"
     */
    default void proxyFault(InetAddress proxy, String why) {
        System.getLogger(Events.class.getName())
                .log(System.Logger.Level.WARNING, "closed a connection of front end {0}: {1}", proxy, why);
    }

    /** Connections can't be accepted now (out of file descriptors, say); said once, tried again by itself. */
    default void acceptFailing(IOException problem) {
        System.getLogger(Events.class.getName())
                .log(System.Logger.Level.ERROR, "can't accept connections, and goes on trying", problem);
    }

    /** Connections are accepted again. */
    default void acceptRecovered() {
        System.getLogger(Events.class.getName()).log(System.Logger.Level.INFO, "accepts connections again");
    }
}
