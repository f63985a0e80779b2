package org.postern.dmarc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.postern.message.Header;
import org.postern.message.OpenMessage;

/** Reads headers as the door does. */
final class Headers {
    private Headers() {}

    /** The header that {@code octets} begin with. */
    static Header of(byte[] octets) {
        try {
            return OpenMessage.of(new ByteArrayInputStream(octets), Integer.MAX_VALUE)
                    .orElseThrow()
                    .header();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
