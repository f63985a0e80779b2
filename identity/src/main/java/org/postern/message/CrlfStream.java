package org.postern.message;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Makes every line end CR LF: what a file has may be anybody's. A CR that ends no line becomes one that does. */
public final class CrlfStream extends FilterInputStream {
    private boolean owesLf;
    private boolean afterCr;

    /** One that reads {@code in}. */
    public CrlfStream(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        if (owesLf) {
            owesLf = false;
            return '\n';
        }
        int octet = in.read();
        if (octet == '\n' && afterCr) {
            // It was written with its CR.
            afterCr = false;
            octet = in.read();
        }
        afterCr = octet == '\r';
        if (octet == '\r' || octet == '\n') {
            owesLf = true;
            return '\r';
        }
        return octet;
    }

    @Override
    public int read(byte[] target, int from, int most) throws IOException {
        Objects.checkFromIndexSize(from, most, target.length);
        int count = 0;
        while (count < most) {
            int octet = read();
            if (octet < 0) {
                break;
            }
            target[from + count++] = (byte) octet;
        }
        return count == 0 && most > 0 ? -1 : count;
    }
}
