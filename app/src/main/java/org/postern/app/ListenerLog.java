package org.postern.app;

import java.io.IOException;
import java.net.InetAddress;
import org.postern.smtp.Reply;
import org.postern.smtp.server.Events;
import org.postern.smtp.server.SmtpServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What listeners have to tell, for the log. */
final class ListenerLog implements Events {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpServer.class);

    @Override
    public void turnedAway(InetAddress client, Reply reply) {
        LOG.atWarn()
                .addKeyValue("client", client.getHostAddress())
                .addKeyValue("reply", reply)
                .log("turned away");
    }

    @Override
    public void proxyFault(InetAddress proxy, String why) {
        LOG.atWarn()
                .addKeyValue("proxy", proxy.getHostAddress())
                .addKeyValue("problem", why)
                .log("front end's connection closed");
    }

    @Override
    public void acceptFailing(IOException problem) {
        LOG.atError()
                .addKeyValue("problem", problem.getMessage())
                .log("can't accept connections and goes on trying: raise the limit of open files, or lower"
                        + " limits.sessions");
    }

    @Override
    public void acceptRecovered() {
        LOG.info("accepts connections again");
    }
}
