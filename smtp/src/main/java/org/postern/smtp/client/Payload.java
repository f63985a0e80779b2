package org.postern.smtp.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A message's content, to be read once or oftener. */
public interface Payload {
    /** From its beginning. Line ends may be CRLF, LF or CR: they go out as CRLF. */
    InputStream open() throws IOException;

    /** How long it is in octets, as RFC 1870 §5 wants it told: about. */
    long octets();

    /** Octets in memory. */
    static Payload of(byte[] octets) {
        byte[] copy = octets.clone();
        return new Payload() {
            @Override
            public InputStream open() {
                return new ByteArrayInputStream(copy);
            }

            @Override
            public long octets() {
                return copy.length;
            }
        };
    }
}
