package org.postern.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.client.Payload;

/**
 * Breaks an attempt off that keeps others waiting, as long as nothing of its message has been sent: later the other side might have it, and
 * get it twice. Pulled by any thread.
 */
final class Brake {
    /** For those who read what came of the attempt. */
    static final String WHY = "left early, for others waited for the connection";

    private @Nullable Socket socket;
    private boolean armed;
    private boolean pulled;

    /** An attempt begins. */
    synchronized void arm() {
        armed = true;
        pulled = false;
    }

    /** From now on it can't be broken off. */
    synchronized void disarm() {
        armed = false;
        socket = null;
    }

    /** The same, which can't be broken off from its first octet on. */
    Payload released(Payload payload) {
        return new Payload() {
            @Override
            public InputStream open() throws IOException {
                disarm();
                return payload.open();
            }

            @Override
            public long octets() {
                return payload.octets();
            }
        };
    }

    /** The connection to be closed; is closed already when the brake was pulled before. */
    synchronized Socket watch(Socket connected) throws IOException {
        if (pulled) {
            connected.close();
            throw new IOException(WHY);
        }
        socket = armed ? connected : null;
        return connected;
    }

    synchronized boolean isPulled() {
        return pulled;
    }

    synchronized void pull() {
        if (armed) {
            pulled = true;
            if (socket != null) {
                try {
                    socket.close();
                } catch (IOException goneAlready) {
                    // That was the aim.
                }
            }
        }
    }
}
