package org.postern.control;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/** Asks a running server by its socket. For one thread. */
public final class ControlClient implements Control {
    private final Path place;
    private SocketChannel socket;
    private Lines lines;

    private ControlClient(Path place) throws IOException {
        this.place = place;
        this.socket = connect(place);
        this.lines = new Lines(socket, Protocol.ANSWER_OCTETS);
    }

    /**
     * Connects to the server of {@code data}.
     *
     * @throws IOException when none answers there
     */
    public static ControlClient of(Path data) throws IOException {
        return new ControlClient(data.resolve(ControlServer.NAME));
    }

    private static SocketChannel connect(Path place) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(place));
            return socket;
        } catch (IOException | RuntimeException problem) {
            socket.close();
            throw problem;
        }
    }

    @Override
    public void ask(Request request, Listener listener) throws IOException {
        Optional<Answer> first = first(request);
        if (first.isEmpty() && isHarmlessTwice(request)) {
            // Whoever reads a list at leisure finds that the server has hung up meanwhile.
            socket.close();
            socket = connect(place);
            lines = new Lines(socket, Protocol.ANSWER_OCTETS);
            first = first(request);
        }
        Answer answer = first.orElseThrow(ControlClient::gone);
        listener.answer(answer);
        while ((answer instanceof Answer.Part part && !part.last()) || answer instanceof Answer.News) {
            answer = next().orElseThrow(ControlClient::gone);
            listener.answer(answer);
        }
    }

    private Optional<Answer> first(Request request) throws IOException {
        try {
            lines.write(Protocol.write(request));
            return next();
        } catch (IOException hungUp) {
            // It may have said why before it hung up: too many ask at once.
            return next();
        }
    }

    private Optional<Answer> next() throws IOException {
        try {
            return lines.read().map(Protocol::answer);
        } catch (IllegalArgumentException notOurs) {
            throw new IOException("the server at " + place + " says what this Postern does not understand", notOurs);
        }
    }

    private static boolean isHarmlessTwice(Request request) {
        return switch (request) {
            case Request.Hello _,
                    Request.Page _,
                    Request.Show _,
                    Request.Content _,
                    Request.Flush _,
                    Request.Why _,
                    Request.QuarantineList _,
                    Request.QuarantineShow _,
                    Request.Trust _,
                    Request.TrustList _,
                    Request.Find _,
                    Request.Follow _,
                    Request.Reload _,
                    Request.Names _,
                    Request.Export _ -> true;
            case Request.Hold _,
                    Request.Release _,
                    Request.Retry _,
                    Request.Drop _,
                    Request.Suspend _,
                    Request.Resume _,
                    Request.QuarantineRelease _,
                    Request.QuarantineDrop _,
                    Request.TrustRemove _,
                    Request.ForgetPerson _ -> false;
        };
    }

    private static IOException gone() {
        return new EOFException("the server hung up before it answered: it is stopping, or busy; try again");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
