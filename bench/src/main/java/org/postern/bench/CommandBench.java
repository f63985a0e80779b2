package org.postern.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.smtp.Command;

/** The command parser, on the lines of an ordinary session. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CommandBench {
    @Param({
        "EHLO mail.example.org",
        "MAIL FROM:<ann.lee+news@mail.example.org> SIZE=12345 BODY=8BITMIME",
        "RCPT TO:<bob@example.com>",
        "RCPT TO:<\"bob lee\"@[IPv6:2001:db8::1]>",
        "DATA",
    })
    String line = "";

    private byte[] octets = new byte[0];

    @org.openjdk.jmh.annotations.Setup
    public void encode() {
        octets = line.getBytes(US_ASCII);
    }

    @Benchmark
    public Command parsed() {
        return Command.parse(octets);
    }

    /** The same octets copied and decoded, and nothing understood: what a parser can't do without. */
    @Benchmark
    public String decoded() {
        return new String(octets, US_ASCII);
    }
}
