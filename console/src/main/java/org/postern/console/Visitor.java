package org.postern.console;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.postern.console.Answer.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection of somebody who asks for a page: one request, one answer. For one virtual thread. */
final class Visitor implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Visitor.class);

    /** Octets of a request's head. */
    static final int HEAD = 8_192;

    /** For all of it, so that who sends or reads slowly is gone in the end. */
    static final Duration TIME = Duration.ofSeconds(15);

    /** What comes behind a request's head is read away so far: else the answer could be lost with the connection. */
    private static final int REST = 65_536;

    private final Socket socket;
    private final Pages pages;
    private final Duration time;

    Visitor(Socket socket, Pages pages, Duration time) {
        this.socket = socket;
        this.pages = pages;
        this.time = time;
    }

    @Override
    public void run() {
        Thread end = Thread.ofVirtual().name("console-end").start(this::cutInTime);
        try (socket) {
            byte[] head = head(socket.getInputStream());
            Optional<RequestHead> request = RequestHead.parse(head);
            boolean isHead = request.filter(one -> one.method().equals("HEAD")).isPresent();
            socket.getOutputStream().write(answer(head, request).octets(!isHead, Instant.now()));
            socket.shutdownOutput();
            readAway(socket.getInputStream());
        } catch (IOException gone) {
            // Nobody is there any more who could be told.
        } finally {
            end.interrupt();
        }
    }

    private Answer answer(byte[] head, Optional<RequestHead> request) {
        if (head.length > HEAD) {
            return Answer.plain(Status.TOO_LARGE, "a request's head has up to " + HEAD + " octets");
        }
        if (request.isEmpty()) {
            return Answer.plain(Status.BAD, "that is no request of HTTP/1.1");
        }
        try {
            return pages.answer(request.get(), socket.getLocalAddress().isLoopbackAddress());
        } catch (RuntimeException problem) {
            LOG.atError().setCause(problem).log("a page of the console failed");
            return Answer.plain(Status.FAULT, "this page failed; see the log");
        }
    }

    private void cutInTime() {
        try {
            Thread.sleep(time);
            socket.close();
        } catch (InterruptedException | IOException over) {
            // It ended in time, or has ended by itself.
        }
    }

    /** Up to the empty line, or to where it ends without; one octet more than there may be when it is too long. */
    private static byte[] head(InputStream in) throws IOException {
        byte[] octets = new byte[HEAD + 1];
        int length = 0;
        while (length < octets.length && !isWhole(octets, length)) {
            int read = in.read(octets, length, octets.length - length);
            if (read < 0) {
                break;
            }
            length += read;
        }
        return Arrays.copyOf(octets, length);
    }

    private static boolean isWhole(byte[] octets, int length) {
        for (int i = 1; i < length; i++) {
            boolean isEmptyLine = octets[i] == '\n'
                    && (octets[i - 1] == '\n' || (i > 1 && octets[i - 1] == '\r' && octets[i - 2] == '\n'));
            if (isEmptyLine) {
                return true;
            }
        }
        return false;
    }

    private static void readAway(InputStream in) throws IOException {
        byte[] rest = new byte[HEAD];
        int left = REST;
        while (left > 0) {
            int read = in.read(rest);
            if (read < 0) {
                return;
            }
            left -= read;
        }
    }
}
