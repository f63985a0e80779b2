package org.postern.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.List;
import java.util.Optional;

/** A process of its own, of little memory, that shows a message of 25 MB to two filters. */
final class LargeMessage {
    static final long OCTETS = 25L << 20;

    private LargeMessage() {}

    public static void main(String[] addresses) throws Exception {
        byte[] header = "Subject: large\r\n\r\n".getBytes(US_ASCII);
        var body = new InputStream() {
            private long left = OCTETS - header.length;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] target, int at, int most) {
                if (left <= 0) {
                    return -1;
                }
                int length = (int) Math.min(left, most);
                java.util.Arrays.fill(target, at, at + length, (byte) 'x');
                left -= length;
                return length;
            }
        };
        List<FilterSettings> settings = List.of(
                new FilterSettings(
                        "a", FilterAddress.parse(addresses[0]).orElseThrow(), Looks.TIMEOUT, OCTETS, Optional.empty()),
                new FilterSettings(
                        "b", FilterAddress.parse(addresses[1]).orElseThrow(), Looks.TIMEOUT, OCTETS, Optional.empty()));
        Looks.look(settings, Looks.TRANSACTION, new SequenceInputStream(new ByteArrayInputStream(header), body))
                .forEach(outcome -> System.out.println(outcome.finding().subject()));
    }
}
