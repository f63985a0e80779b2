package org.postern.bench;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.dns.Answer;
import org.postern.dns.Answer.Security;
import org.postern.dns.Answer.Status;
import org.postern.dns.Data;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.spf.Parsed;
import org.postern.spf.Spf;
import org.postern.spf.SpfQuery;
import org.postern.spf.SpfRecord;
import org.postern.spf.SpfResult;

/** SPF of an ordinary domain, with every answer known already: {@code a}, {@code mx} with two hosts, an include of 20 networks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SpfBench {
    private static final String RECORD = "v=spf1 a mx include:_spf.example.net -all";

    private String networks = "";
    private Resolver resolver = questions -> List.of();
    private SpfQuery passes = query("198.51.100.77");
    private SpfQuery fails = query("203.0.113.9");

    private static SpfQuery query(String client) {
        try {
            return SpfQuery.mailFrom(
                    InetAddress.getByName(client), "mx.example.org", "ann", "example.com", "", Clock.systemUTC());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Setup
    public void publish() throws UnknownHostException {
        var list = new StringBuilder("v=spf1");
        for (int i = 0; i < 20; i++) {
            list.append(" ip4:198.51.").append(100 - i).append(".0/24");
        }
        networks = list.append(" ~all").toString();
        Map<Question, Answer> known = Map.ofEntries(
                found("example.com", RecordType.TXT, new Data.Text(RECORD)),
                found("_spf.example.net", RecordType.TXT, new Data.Text(networks)),
                found("example.com", RecordType.A, new Data.Address(InetAddress.getByName("192.0.2.1"))),
                found(
                        "example.com",
                        RecordType.MX,
                        new Data.Exchange(1, new DnsName("mx1.example.com")),
                        new Data.Exchange(2, new DnsName("mx2.example.com"))),
                found("mx1.example.com", RecordType.A, new Data.Address(InetAddress.getByName("192.0.2.2"))),
                found("mx2.example.com", RecordType.A, new Data.Address(InetAddress.getByName("192.0.2.3"))));
        resolver = questions -> {
            var answers = new ArrayList<Answer>(questions.size());
            questions.forEach(
                    question -> answers.add(known.getOrDefault(question, Answer.failed(question, "nobody knows"))));
            return answers;
        };
    }

    private static Map.Entry<Question, Answer> found(String name, RecordType type, Data... data) {
        var question = new Question(new DnsName(name), type);
        return Map.entry(
                question,
                new Answer(
                        question,
                        Status.FOUND,
                        List.of(data),
                        List.of(),
                        Duration.ofMinutes(5),
                        Duration.ZERO,
                        "memory",
                        Security.UNCHECKED,
                        ""));
    }

    @Benchmark
    public Parsed parsed() {
        return SpfRecord.parse(RECORD);
    }

    @Benchmark
    public Parsed parsedTwentyNetworks() {
        return SpfRecord.parse(networks);
    }

    /** The client is in the first of the twenty networks. */
    @Benchmark
    public SpfResult checkedAndPasses() {
        return Spf.check(resolver, passes);
    }

    /** Nothing matches: all is looked at. */
    @Benchmark
    public SpfResult checkedAndFails() {
        return Spf.check(resolver, fails);
    }
}
