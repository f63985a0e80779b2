package org.postern.dkim;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The body of a message as its signatures see it: hashed while it streams by, once for each form and length that any of them asks for.
 * For one thread.
 */
public final class Body {
    private final Map<Form, Canonicalizer> forms = new EnumMap<>(Form.class);

    /** How many octets of the empty line before the body have gone by. */
    private int separator;

    private boolean begun;
    private boolean ended;

    /**
     * A hash to be had when all has gone by; asked for before the first octet.
     *
     * @param limit how many octets are signed, {@code l=}; empty for all
     */
    BodyHash wanted(Form form, OptionalLong limit) {
        if (begun) {
            throw new IllegalStateException("the body has begun already");
        }
        return forms.computeIfAbsent(form, Canonicalizer::of).hash(limit);
    }

    /** {@code rest} of a message behind its header, the empty line first: what is read of it is hashed. */
    public InputStream through(InputStream rest) {
        return new FilterInputStream(rest) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] octets, int from, int length) throws IOException {
                int got = in.read(octets, from, length);
                if (got < 0) {
                    end();
                } else {
                    add(octets, from, from + got);
                }
                return got;
            }

            @Override
            public long skip(long most) throws IOException {
                return read(new byte[(int) Math.min(most, 8_192)], 0, (int) Math.min(most, 8_192));
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        };
    }

    private void add(byte[] octets, int from, int to) {
        begun = true;
        int start = from;
        while (separator < 2 && start < to) {
            separator++;
            start++;
        }
        if (start < to) {
            for (Canonicalizer form : forms.values()) {
                form.add(octets, start, to);
            }
        }
    }

    private void end() {
        begun = true;
        if (!ended) {
            ended = true;
            forms.values().forEach(Canonicalizer::finish);
        }
    }
}
