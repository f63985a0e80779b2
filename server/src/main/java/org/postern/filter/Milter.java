package org.postern.filter;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import org.postern.message.Header;

/** Whatever speaks the milter protocol, version 6, as Sendmail's and Postfix's filters do. A connection a message. */
record Milter(FilterSettings settings) implements Filter {
    @Override
    public Opinion ask(Transaction transaction, Header header, InputStream rest) throws IOException {
        // Whoever interrupts the thread closes the channel.
        try (SocketChannel channel = connect()) {
            var wire = new MilterWire(Channels.newInputStream(channel), Channels.newOutputStream(channel));
            return new MilterDialogue(wire, transaction).about(header, rest);
        }
    }

    private SocketChannel connect() throws IOException {
        return switch (settings.address()) {
            case FilterAddress.UnixSocket(var path) -> {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                yield connected(channel, UnixDomainSocketAddress.of(path));
            }
            case FilterAddress.Tcp(String host, int port) -> {
                var place = new InetSocketAddress(host, port);
                if (place.isUnresolved()) {
                    throw new IOException("no such host: " + host);
                }
                SocketChannel channel = SocketChannel.open();
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                yield connected(channel, place);
            }
            case FilterAddress.Http http -> throw new IllegalStateException("no milter: " + http);
        };
    }

    private static SocketChannel connected(SocketChannel channel, java.net.SocketAddress place) throws IOException {
        try {
            channel.connect(place);
            return channel;
        } catch (IOException | RuntimeException problem) {
            channel.close();
            throw problem;
        }
    }

    @Override
    public void close() {
        // Nothing is kept from message to message.
    }
}
