package org.postern.delivery;

import java.io.IOException;
import java.net.Socket;
import org.postern.route.NextHop;
import org.postern.smtp.client.ClientProblem;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.SmtpClient;

/** Opens sessions with hosts, as their next hop wants it. */
record Caller(SmtpClient client, Connector connector) {
    /** @param brake may break off the connection, if it is pulled */
    ClientSession call(NextHop hop, Target target, Brake brake) throws ClientProblem {
        SmtpClient fitting =
                client.withImplicitTls(hop instanceof NextHop.Host host && host.scheme() == NextHop.Scheme.SMTPS);
        boolean lmtp = hop instanceof NextHop.Socket
                || (hop instanceof NextHop.Host host && host.scheme() == NextHop.Scheme.LMTP);
        if (lmtp) {
            fitting = fitting.withProtocol(SmtpClient.Protocol.LMTP);
        }
        return switch (target) {
            case Target.Local(var address) -> fitting.connect(address);
            case Target.Host host -> fitting.withHost(host.name()).connect(() -> dial(host, brake));
        };
    }

    private Socket dial(Target.Host host, Brake brake) throws IOException {
        try {
            return switch (connector.connect(host.name(), host.addresses(), host.port(), Connector.Sources.ANY)) {
                case Reached.Connected won -> brake.watch(won.socket());
                case Reached.Unreachable nobody -> throw new IOException(nobody.words());
            };
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }
}
