package org.postern.delivery;

import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;

/** One host, or socket, that may take a message. */
sealed interface Target {
    /** For logs, reports and whoever asks why: {@code mx1.example.com (10)}. */
    String label();

    /**
     * A host.
     *
     * @param name its name, or its address as text: what its certificate has to be for
     * @param addresses one at least
     */
    record Host(String label, String name, List<InetAddress> addresses, int port) implements Target {}

    /** A Unix socket. */
    record Local(UnixDomainSocketAddress address) implements Target {
        @Override
        public String label() {
            return address.getPath().toString();
        }
    }
}
