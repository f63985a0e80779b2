package org.postern.delivery;

import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.postern.smtp.AddressLiteral;

/** What came of connecting to a host: {@link Connector}. */
public sealed interface Reached {
    /** The addresses that could not be connected to, in the order in which it was found out. */
    List<Missed> missed();

    /**
     * One address answered.
     *
     * @param socket the caller's to close
     */
    record Connected(Socket socket, List<Missed> missed) implements Reached {
        public Connected {
            missed = List.copyOf(missed);
        }
    }

    /** None did, in the time that there was. */
    record Unreachable(List<Missed> missed) implements Reached {
        public Unreachable {
            missed = List.copyOf(missed);
        }

        /** As {@code 2001:db8::1: no route, 192.0.2.1: connection refused}. */
        public String words() {
            return missed.stream().map(Missed::toString).collect(Collectors.joining(", "));
        }
    }

    /**
     * An address that could not be connected to.
     *
     * @param problem as {@code connection refused}, {@code no route}, {@code timed out after 30s}
     * @param time from the beginning to that
     */
    record Missed(InetAddress address, String problem, Duration time) {
        @Override
        public String toString() {
            return AddressLiteral.text(address) + ": " + problem;
        }
    }
}
