package org.postern.spf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsSettings;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.dns.NameServer;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.xbill.DNS.Address;

/**
 * The same zones and senders judged by us, by pyspf and by Mail::SPF, all three asking one name server on loopback. Where they differ
 * from us, {@link Difference} names why, and by which section; a difference without a name is a failure.
 */
class DifferentialTest {
    private static final int CASES = Integer.getInteger("spf.cases", 1_200);
    private static final int PATIENCE_SECONDS = 100;
    private static final Path SCRIPTS = SpfCases.DIRECTORY.resolve("differential");

    private record Judgement(String result, String said) {}

    /** What stands where it is not the same. */
    private record Unlike(MadeZone made, SpfResult ours, Judgement theirs) {
        @Override
        public String toString() {
            return "%s from %s by %s, HELO %s%nours: %s%ntheirs: %s%n%s%n%s%n"
                    .formatted(
                            made.client,
                            made.sender,
                            made.domain,
                            made.helo,
                            ours.result() + " " + ours.mechanism() + ": " + ours.reason(),
                            theirs,
                            String.join("\n", made.zone),
                            made.failing);
        }
    }

    @Test
    void othersJudgeTheSameButForWhatHasAName() throws Exception {
        require("/usr/bin/python3", "-c", "import spf, DNS");
        require("perl", "-MMail::SPF", "-e", "1");
        List<MadeZone> made = IntStream.range(0, CASES).mapToObj(MadeZone::new).toList();
        var zone =
                new TestZone(made.stream().flatMap(one -> one.zone.stream()).collect(Collectors.joining("\n")) + "\n");
        for (MadeZone one : made) {
            for (String failure : one.failing) {
                String[] words = failure.split(" ", -1);
                zone.failing(RecordType.valueOf(words[0]), words[1], words[2]);
            }
        }
        try (var server = NameServer.with(zone)) {
            String port = String.valueOf(server.address().getPort());
            Judge python = Judge.start(
                    made, "/usr/bin/python3", SCRIPTS.resolve("judge.py").toString(), port);
            Judge perl = Judge.start(made, "perl", SCRIPTS.resolve("judge.pl").toString(), port);
            var resolver = new CachingResolver(
                    DnsSettings.of(List.of(server.address())).with(Dnssec.OFF));
            List<SpfResult> ours = new ArrayList<>();
            for (MadeZone one : made) {
                ours.add(judge(resolver, one));
            }
            List<Judgement> pyspf = python.judgements();
            List<Judgement> mailSpf = perl.judgements();
            assertThat(compare(Difference.PYSPF, made, ours, pyspf) + compare(Difference.MAIL_SPF, made, ours, mailSpf))
                    .isEmpty();
        }
    }

    private static SpfResult judge(Resolver resolver, MadeZone one) throws IOException {
        int at = one.sender.lastIndexOf('@');
        return Spf.check(
                resolver,
                SpfQuery.mailFrom(
                        Address.getByAddress(one.client),
                        one.helo,
                        at < 0 ? "" : one.sender.substring(0, at),
                        one.sender.substring(at + 1),
                        "mx.receiver.example",
                        SpfCases.CLOCK));
    }

    /** What has no name. */
    private static String compare(String who, List<MadeZone> made, List<SpfResult> ours, List<Judgement> theirs) {
        assertThat(theirs).as(who).hasSameSizeAs(made);
        var classes = new TreeMap<String, Integer>();
        var results = new TreeMap<String, Integer>();
        var unnamed = new ArrayList<Unlike>();
        int agreed = 0;
        for (int i = 0; i < made.size(); i++) {
            results.merge(ours.get(i).result().word(), 1, Integer::sum);
            if (ours.get(i).result().word().equals(theirs.get(i).result)) {
                agreed++;
                continue;
            }
            var unlike = new Unlike(made.get(i), ours.get(i), theirs.get(i));
            Difference.of(who, made.get(i), ours.get(i), theirs.get(i).result, theirs.get(i).said)
                    .ifPresentOrElse(
                            name -> classes.merge(name.toString(), 1, Integer::sum), () -> unnamed.add(unlike));
        }
        System.out.printf(
                "SPF beside %s: %d cases %s, %d agreed, %d unnamed%n",
                who, made.size(), results, agreed, unnamed.size());
        classes.forEach((name, count) -> System.out.printf("  %4d %s%n", count, name));
        return unnamed.stream().limit(60).map(Unlike::toString).collect(Collectors.joining("\n", "", ""));
    }

    /** A program at its work. */
    private record Judge(Process process, Path output) {
        static Judge start(List<MadeZone> made, String... command) throws IOException {
            Path in = Files.createTempFile("spf", ".in");
            Path output = Files.createTempFile("spf", ".out");
            in.toFile().deleteOnExit();
            output.toFile().deleteOnExit();
            Files.write(
                    in,
                    made.stream()
                            .map(one -> one.client + "\t" + one.sender + "\t" + one.helo)
                            .toList());
            Process process = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return new Judge(process, output);
        }

        List<Judgement> judgements() throws IOException, InterruptedException {
            try {
                assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
                return Files.readAllLines(output, ISO_8859_1).stream()
                        .map(line -> line.split("\t", 2))
                        .map(words -> new Judgement(words[0], words[1]))
                        .toList();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    /** As the class {@code Program} of other modules: skipped where it is missing, but never in CI. */
    private static void require(String... command) throws IOException, InterruptedException {
        boolean isThere;
        try {
            isThere = new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchProgram) {
            isThere = false;
        }
        String missing = String.join(" ", command) + " does not run: .ci/programs installs what it needs";
        if ("true".equals(System.getenv("CI"))) {
            assertThat(isThere).as(missing).isTrue();
        }
        Assumptions.assumeTrue(isThere, missing);
    }
}
