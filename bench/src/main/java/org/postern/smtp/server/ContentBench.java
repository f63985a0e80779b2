package org.postern.smtp.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The reader that takes the dots away, beside a plain copy of the same octets through the same buffer size. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ContentBench {
    private static final int OCTETS = 16 << 20;
    private static final int BUFFER = 32_768;

    /** Octets of a line, its end included: prose, base64, the shortest that make sense. */
    @Param({"1000", "78", "20"})
    int line;

    private byte[] content = new byte[0];
    private final byte[] buffer = new byte[BUFFER];

    @Setup
    public void fill() {
        byte[] text = new byte[line];
        java.util.Arrays.fill(text, (byte) 'x');
        text[line - 2] = '\r';
        text[line - 1] = '\n';
        var all = new ByteArrayOutputStream(OCTETS + 1_000);
        while (all.size() < OCTETS) {
            all.writeBytes(text);
        }
        all.writeBytes(new byte[] {'.', '\r', '\n'});
        content = all.toByteArray();
    }

    @Benchmark
    public long unstuffed() throws IOException {
        var wire = new Wire(new Octets(content));
        wire.grow();
        return drain(Content.data(wire, Limits.DEFAULT, false));
    }

    @Benchmark
    public long copied() throws IOException {
        return drain(new Chopped(content));
    }

    private long drain(InputStream in) throws IOException {
        long sum = 0;
        for (int got = in.read(buffer, 0, BUFFER); got >= 0; got = in.read(buffer, 0, BUFFER)) {
            sum += got + buffer[0];
        }
        return sum;
    }

    /** Copies once more, as the buffer of a connection does, so that both sides copy as often. */
    private static final class Chopped extends InputStream {
        private final ByteArrayInputStream in;
        private final byte[] between = new byte[BUFFER];

        Chopped(byte[] octets) {
            in = new ByteArrayInputStream(octets);
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] into, int from, int length) {
            int got = in.read(between, 0, Math.min(length, BUFFER));
            if (got > 0) {
                System.arraycopy(between, 0, into, from, got);
            }
            return got;
        }
    }

    /** A connection on which these octets come in. */
    private static final class Octets extends Socket {
        private final byte[] octets;

        Octets(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(octets);
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }
    }
}
