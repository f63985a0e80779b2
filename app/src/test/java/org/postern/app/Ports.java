package org.postern.app;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports for servers that can't pick one by themselves. They lie below those that the system gives to clients, and none is given twice
 * in a row: so nobody takes one between its being found free and its server's start.
 */
final class Ports {
    private static final int FIRST = 10_000;
    private static final int MANY = 20_000;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(MANY));

    private Ports() {}

    /** One that is free on 127.0.0.1. */
    static int free() throws IOException {
        return free("127.0.0.1");
    }

    /** One that is free on each of these addresses. */
    static int free(String... addresses) throws IOException {
        for (int tries = 0; tries < MANY; tries++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), MANY);
            if (isFree(port, addresses)) {
                return port;
            }
        }
        throw new IOException("no port is free");
    }

    private static boolean isFree(int port, String... addresses) throws IOException {
        for (String address : addresses) {
            try {
                new ServerSocket(port, 1, InetAddress.ofLiteral(address)).close();
            } catch (BindException taken) {
                return false;
            }
        }
        return true;
    }
}
