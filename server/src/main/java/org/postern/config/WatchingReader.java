package org.postern.config;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postern.journal.JournalSettings;
import org.postern.smtp.AddressLiteral;

/** Reads {@code [console]}. */
final class WatchingReader {
    private WatchingReader() {}

    static Watching read(Section console, List<Listen> others, JournalSettings journal, Consumer<String> warnings) {
        Optional<InetSocketAddress> listen =
                console.text("listen", "an address and a port as \"127.0.0.1:8025\"", ConfigReader::socketAddress);
        console.refuseOthers();
        listen.ifPresent(address -> {
            if (address.getPort() != 0
                    && others.stream().anyMatch(other -> other.address().equals(address))) {
                console.mistake("listen", "is listened on already, by [[listen]]");
            }
            if (!address.getAddress().isLoopbackAddress()) {
                warnings.accept("console.listen is " + AddressLiteral.text(address)
                        + ": whoever reaches it reads how this server fares, in clear and without a password;"
                        + " keep it on 127.0.0.1, or let a firewall or a reverse proxy stand before it");
            }
            if (!journal.isOn()) {
                warnings.accept("console.listen without a journal (journal.keep is 0s): what happens is counted as the"
                        + " journal hears of it, so these counts stay at 0");
            }
        });
        return new Watching(listen);
    }
}
