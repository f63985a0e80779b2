package org.postern.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A message with 8-bit content made one that a 7-bit host takes, as RFC 6152 §3 asks: each part that has 8-bit octets is encoded
 * (RFC 2045 §6.7, §6.8), and decodes to the same octets. All else stays as it is, but for what labels parts, and for 8-bit octets in
 * preambles and epilogues, which nobody reads: they become question marks.
 *
 * <p>It goes through the message first to see what is to be done ({@link #plan}), then to do it ({@link #convert}). Immutable.
 */
public final class SevenBit {
    /** What becomes of a body. */
    enum Encoding {
        AS_IS,
        QUOTED_PRINTABLE,
        BASE64
    }

    /** Of each body that has no parts, in their order. */
    private final List<Encoding> encodings;

    private final long octets;

    private SevenBit(List<Encoding> encodings, long octets) {
        this.encodings = List.copyOf(encodings);
        this.octets = octets;
    }

    /** Somewhere to read the message from, its beginning each time. */
    public interface Source {
        /** To be closed by who asks. */
        InputStream open() throws IOException;
    }

    /**
     * Looks what has to be encoded, and how.
     *
     * @param source has lines that end with CR LF
     * @throws NotConvertible when it can't be: a header field has 8-bit octets, a signature would break, a part has 8-bit octets where
     *     none may be and none can be encoded, or it is nested too deep
     * @throws IOException as {@code source} does
     */
    public static SevenBit plan(Source source) throws IOException {
        var survey = new Survey();
        try (InputStream in = source.open()) {
            new PartWalk(in, survey).toEnd();
        }
        var plan = new SevenBit(survey.encodings, 0);
        try (InputStream out = plan.convert(source.open())) {
            return new SevenBit(survey.encodings, out.transferTo(OutputStream.nullOutputStream()));
        }
    }

    /** How many the converted message has. */
    public long octets() {
        return octets;
    }

    /** The converted message, of the very one that was planned for. Closing it closes {@code content}. */
    public InputStream convert(InputStream content) {
        return new SevenBitStream(content, encodings);
    }

    /** Finds out which bodies need an encoding. */
    private static final class Survey implements PartWalk.Visitor {
        private final List<Encoding> encodings = new ArrayList<>();
        private Part part = Part.of(Header.of(List.of()), true, true, false, ContentType.TEXT);
        private long all;
        private long escapes;
        private boolean eightBit;

        @Override
        public void part(Part next) throws NotConvertible {
            for (Field field : next.header().fields()) {
                for (byte octet : field.toBytes()) {
                    if (octet < 0) {
                        throw new NotConvertible("it has 8-bit octets in a header field: " + printable(field.name()));
                    }
                }
            }
            part = next;
            all = 0;
            escapes = 0;
            eightBit = false;
        }

        private static String printable(String name) {
            return name.isEmpty() ? "a line that is no field" : name.replaceAll("[^!-~]", "?");
        }

        @Override
        public void body(byte[] octets, int from, int to) throws NotConvertible {
            all += to - from;
            for (int i = from; i < to; i++) {
                eightBit |= octets[i] < 0;
                escapes += QuotedPrintable.isLiteral(octets[i]) ? 0 : 1;
            }
            if (eightBit && part.isSigned()) {
                // RFC 1847 §2.1: what is signed must not be changed on the way.
                throw new NotConvertible("it is signed and has 8-bit octets, and the signature would break");
            }
            if (eightBit && part.kind() == Part.Kind.OPAQUE) {
                throw new NotConvertible("it has 8-bit octets in a part of the type "
                        + part.type().type() + "/" + part.type().subtype() + " that can't be encoded"
                        + (part.type().isMultipart() ? "" : " again"));
            }
        }

        @Override
        public void lineEnd() {
            all += 2;
        }

        @Override
        public void endOfBody() {
            boolean isReadable = part.type().type().equals("text") && 6 * escapes <= all;
            encodings.add(!eightBit ? Encoding.AS_IS : isReadable ? Encoding.QUOTED_PRINTABLE : Encoding.BASE64);
        }

        @Override
        public void between(byte[] octets, int from, int to) {}
    }
}
