package org.postern.message;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The converted message, made as it is read. */
final class SevenBitStream extends InputStream implements PartWalk.Visitor {
    /** RFC 1428 §3: of content whose letters nobody told. */
    private static final String UNTOLD = "Content-Type: text/plain; charset=unknown-8bit\r\n";

    private static final byte[] LINE_END = {'\r', '\n'};

    private final InputStream content;
    private final Iterator<SevenBit.Encoding> encodings;
    private final PartWalk walk;
    private final ByteArrayOutputStream made = new ByteArrayOutputStream();
    private byte[] ready = {};
    private int at;
    private boolean isLineEnded = true;
    private SevenBit.Encoding encoding = SevenBit.Encoding.AS_IS;
    private QuotedPrintable printable = new QuotedPrintable(made);
    private @Nullable OutputStream base64;

    SevenBitStream(InputStream content, List<SevenBit.Encoding> encodings) {
        this.content = content;
        this.encodings = encodings.iterator();
        this.walk = new PartWalk(content, this);
    }

    @Override
    public int read() throws IOException {
        return fill() ? ready[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int from, int most) throws IOException {
        Objects.checkFromIndexSize(from, most, target.length);
        if (most == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(most, ready.length - at);
        System.arraycopy(ready, at, target, from, count);
        at += count;
        return count;
    }

    /** Whether something is ready. */
    private boolean fill() throws IOException {
        while (at == ready.length) {
            boolean more = true;
            while (more && made.size() < 8_192) {
                more = walk.step();
            }
            if (made.size() == 0 && isLineEnded) {
                return false;
            }
            if (!more) {
                endLastLine();
            }
            ready = made.toByteArray();
            isLineEnded = ready.length > 0 && ready[ready.length - 1] == '\n';
            at = 0;
            made.reset();
        }
        return true;
    }

    /** As a message needs it on the wire; in quoted-printable that need be none of the content (RFC 2045 §6.7, rule 5). */
    private void endLastLine() {
        byte[] so = made.toByteArray();
        boolean ended = so.length == 0 ? isLineEnded : so[so.length - 1] == '\n';
        if (!ended) {
            write(printable.isInLine() ? "=\r\n" : "\r\n");
        }
    }

    @Override
    public void close() throws IOException {
        content.close();
    }

    // --- the parts
    // -------------------------------------------------------------------------------------------------------------

    @Override
    public void part(Part part) {
        boolean isBody = part.hasBody() && (part.kind() == Part.Kind.PLAIN || part.kind() == Part.Kind.OPAQUE);
        encoding = isBody && encodings.hasNext() ? encodings.next() : SevenBit.Encoding.AS_IS;
        boolean isRelabelled = encoding != SevenBit.Encoding.AS_IS || part.isSaidToBeEightBit();
        part.header().fields().stream()
                .filter(field -> !isRelabelled || !field.is(Part.ENCODING))
                .forEach(field -> made.writeBytes(field.toBytes()));
        if (isRelabelled) {
            relabel(part);
        }
        if (part.hasBody()) {
            made.writeBytes(LINE_END);
        }
        printable = new QuotedPrintable(made);
        base64 = encoding == SevenBit.Encoding.BASE64 ? Base64.getMimeEncoder().wrap(made) : null;
    }

    private void relabel(Part part) {
        if (encoding != SevenBit.Encoding.AS_IS && part.isMessage()) {
            if (part.header().count("MIME-Version") == 0) {
                write("MIME-Version: 1.0\r\n");
            }
            if (part.header().count("Content-Type") == 0) {
                write(UNTOLD);
            }
        }
        String label =
                switch (encoding) {
                    case AS_IS -> "7bit";
                    case QUOTED_PRINTABLE -> "quoted-printable";
                    case BASE64 -> "base64";
                };
        write(Part.ENCODING + ": " + label + "\r\n");
    }

    private void write(String text) {
        made.writeBytes(text.getBytes(US_ASCII));
    }

    @Override
    public void body(byte[] octets, int from, int to) {
        switch (encoding) {
            case AS_IS -> made.write(octets, from, to - from);
            case QUOTED_PRINTABLE -> printable.write(octets, from, to);
            case BASE64 -> encode(octets, from, to);
        }
    }

    private void encode(byte[] octets, int from, int to) {
        try {
            Objects.requireNonNull(base64).write(octets, from, to - from);
        } catch (IOException impossible) {
            throw new AssertionError("in memory", impossible);
        }
    }

    @Override
    public void lineEnd() {
        switch (encoding) {
            case AS_IS -> made.writeBytes(LINE_END);
            case QUOTED_PRINTABLE -> printable.lineEnd();
            case BASE64 -> encode(LINE_END, 0, 2);
        }
    }

    @Override
    public void endOfBody() {
        printable.end();
        if (base64 != null) {
            try {
                base64.close();
            } catch (IOException impossible) {
                throw new AssertionError("in memory", impossible);
            }
        }
        encoding = SevenBit.Encoding.AS_IS;
    }

    @Override
    public void between(byte[] octets, int from, int to) {
        printable = new QuotedPrintable(made);
        for (int i = from; i < to; i++) {
            made.write(octets[i] < 0 ? '?' : octets[i]);
        }
    }
}
