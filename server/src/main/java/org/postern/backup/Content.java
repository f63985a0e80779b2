package org.postern.backup;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** An {@code ID.eml} while it is read, held against what its {@code ID.json} says: at its end it throws when it is another. */
final class Content extends FilterInputStream {
    private final MessageFile file;
    private final MessageDigest sha256;
    private final String trace;
    private long left;

    /** Reads the trace, and stands before the content. */
    static Content of(InputStream eml, MessageFile file) throws IOException {
        MessageDigest sha256 = Sha256.begin();
        return new Content(new DigestInputStream(eml, sha256), sha256, file);
    }

    private Content(InputStream eml, MessageDigest sha256, MessageFile file) throws IOException {
        super(eml);
        this.file = file;
        this.sha256 = sha256;
        byte[] before = in.readNBytes(Math.toIntExact(file.traceOctets()));
        this.left = file.octets() - before.length;
        this.trace = trace(before);
    }

    private static String trace(byte[] octets) throws Broken {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException odd) {
            throw new Broken("traceOctets is wrong: what stands there is no header");
        }
        if (!text.isEmpty() && !text.endsWith("\r\n")) {
            throw new Broken("traceOctets is wrong: it does not end with a line");
        }
        return text;
    }

    String trace() {
        return trace;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
        int got = in.read(into, from, most);
        left -= Math.max(0, got);
        if (left < 0 || (got < 0 && left > 0)) {
            throw new Broken("its octets are not " + file.octets() + ", as its .json says");
        }
        if (got < 0 && !HexFormat.of().formatHex(sha256.digest()).equals(file.sha256())) {
            throw new Broken("it has another SHA-256 than its .json says");
        }
        return got;
    }
}
