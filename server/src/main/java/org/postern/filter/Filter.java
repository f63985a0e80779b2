package org.postern.filter;

import java.io.IOException;
import java.io.InputStream;
import org.postern.message.Header;

/** A program that looks at content. Safe for many threads. */
sealed interface Filter extends AutoCloseable permits Milter, Rspamd {
    /** The one that listens there. */
    static Filter of(FilterSettings settings) {
        return switch (settings.address()) {
            case FilterAddress.Http http -> new Rspamd(settings, http);
            case FilterAddress.Tcp _, FilterAddress.UnixSocket _ -> new Milter(settings);
        };
    }

    FilterSettings settings();

    /**
     * Shows it a message, and waits for what it says of it: for a thread that may be interrupted.
     *
     * @param rest what stands behind the header; need not be read to its end
     * @throws IOException when there is no answer, or {@link Gibberish}
     */
    Opinion ask(Transaction transaction, Header header, InputStream rest) throws IOException, InterruptedException;

    @Override
    void close();
}
