package org.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.dns.Answer.Security;
import org.postern.dns.Answer.Status;
import org.postern.dns.DnsSettings.Dnssec;

/**
 * Against servers that we did not write: NSD, and Unbound in front of it; in {@link Dnssec#TRUST_AD} Unbound validates, in
 * {@link Dnssec#VALIDATE} we do, and Unbound is told not to.
 */
class RealServersTest {
    private static final String BIG = "x".repeat(200);

    private static final String NAMES = """
        mail A 192.0.2.10
        mail AAAA 2001:db8::10
        @ MX 10 mail
        @ TXT "v=spf1 " "a -all"
        big TXT %s
        alias CNAME other
        other CNAME mail
        out CNAME mail.plain.secure.test.
        *.wild A 192.0.2.20
        """.formatted(("\"" + BIG + "\" ").repeat(20));

    @TempDir
    private static Path directory;

    private static RealServers servers;
    private static String anchor;
    private static InetSocketAddress validating;
    private static InetSocketAddress plain;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        servers = new RealServers(directory);
        String below = servers.signedZone("expired.secure.test.", NAMES, "-i", "20190101000000", "-e", "20200101000000")
                + servers.signedZone("forged.secure.test.", NAMES)
                + servers.signedZone("dear.secure.test.", NAMES, "-n", "-t", "10000", "-s", "abcd")
                + servers.signedZone("denies.secure.test.", NAMES, "-n", "-t", "0");
        servers.forge("forged.secure.test.", "192.0.2.10", "192.0.2.66");
        servers.zone("plain.secure.test.", NAMES);
        servers.zone("2.0.192.in-addr.arpa.", "10 PTR mail.secure.test.\n");
        anchor = servers.signedZone("secure.test.", NAMES + below + """
            expired NS ns
            forged NS ns
            dear NS ns
            denies NS ns
            plain NS ns
            """);
        servers.startNsd();
        validating = servers.startUnbound("validator iterator", anchor);
        plain = servers.startUnbound("iterator", anchor);
    }

    @AfterAll
    static void stop() {
        if (servers != null) {
            servers.close();
        }
    }

    private static CachingResolver resolver(Dnssec dnssec) {
        return new CachingResolver(DnsSettings.of(List.of(dnssec == Dnssec.VALIDATE ? plain : validating))
                .with(dnssec)
                .withTrustAnchors(anchor)
                .with(Duration.ofSeconds(5), Duration.ofSeconds(10)));
    }

    private static Answer ask(Dnssec dnssec, RecordType type, String name) {
        return resolver(dnssec).ask(new DnsName(name), type);
    }

    private static Security expected(Dnssec dnssec, Security checked) {
        return dnssec == Dnssec.OFF ? Security.UNCHECKED : checked;
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeIsAnswered(Dnssec dnssec) {
        List<Answer> answers = resolver(dnssec)
                .ask(List.of(
                        new Question(new DnsName("mail.secure.test"), RecordType.A),
                        new Question(new DnsName("mail.secure.test"), RecordType.AAAA),
                        new Question(new DnsName("secure.test"), RecordType.MX),
                        new Question(new DnsName("secure.test"), RecordType.TXT)));
        assertThat(answers)
                .extracting(Answer::said)
                .containsExactly("192.0.2.10", "2001:db8::10", "10 mail.secure.test", "\"v=spf1 a -all\"");
        assertThat(answers).extracting(Answer::security).containsOnly(expected(dnssec, Security.SECURE));
        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer.ttl()).isBetween(Duration.ofSeconds(200), Duration.ofSeconds(300)));
    }

    @ParameterizedTest
    @EnumSource
    void nameOfAnAddressIsInAZoneThatNobodySigned(Dnssec dnssec) {
        Answer answer = ask(dnssec, RecordType.PTR, "10.2.0.192.in-addr.arpa");
        assertThat(answer.said()).isEqualTo("mail.secure.test");
        assertThat(answer.security()).isEqualTo(expected(dnssec, Security.INSECURE));
    }

    // 4,000 octets: by TCP.
    @ParameterizedTest
    @EnumSource
    void whatDoesNotFitComesWhole(Dnssec dnssec) {
        Answer answer = ask(dnssec, RecordType.TXT, "big.secure.test");
        assertThat(answer.texts()).containsExactly(BIG.repeat(20));
        assertThat(answer.security()).isEqualTo(expected(dnssec, Security.SECURE));
    }

    @ParameterizedTest
    @EnumSource
    void aliasesAreFollowed(Dnssec dnssec) {
        Answer answer = ask(dnssec, RecordType.A, "alias.secure.test");
        assertThat(answer.said()).isEqualTo("192.0.2.10");
        assertThat(answer.aliases()).extracting(DnsName::text).containsExactly("other.secure.test", "mail.secure.test");
        assertThat(answer.security()).isEqualTo(expected(dnssec, Security.SECURE));
    }

    // RFC 4035 §4.3: as weak as its weakest link.
    @ParameterizedTest
    @EnumSource
    void aliasThatLeavesTheSignedZoneIsNotSecure(Dnssec dnssec) {
        Answer answer = ask(dnssec, RecordType.A, "out.secure.test");
        assertThat(answer.said()).isEqualTo("192.0.2.10");
        assertThat(answer.security()).isEqualTo(expected(dnssec, Security.INSECURE));
    }

    @ParameterizedTest
    @EnumSource
    void noIsProven(Dnssec dnssec) {
        for (String zone : List.of("secure.test", "denies.secure.test")) {
            assertThat(ask(dnssec, RecordType.A, "nowhere." + zone))
                    .returns(Status.NO_SUCH_NAME, Answer::status)
                    .returns(expected(dnssec, Security.SECURE), Answer::security);
            assertThat(ask(dnssec, RecordType.MX, "mail." + zone))
                    .returns(Status.NO_DATA, Answer::status)
                    .returns(expected(dnssec, Security.SECURE), Answer::security);
        }
    }

    @ParameterizedTest
    @EnumSource
    void wildcardIsProven(Dnssec dnssec) {
        for (String zone : List.of("secure.test", "denies.secure.test")) {
            assertThat(ask(dnssec, RecordType.A, "any.wild." + zone))
                    .returns("192.0.2.20", Answer::said)
                    .returns(expected(dnssec, Security.SECURE), Answer::security);
        }
    }

    @ParameterizedTest
    @EnumSource
    void zoneThatIsNotSignedIsInsecure(Dnssec dnssec) {
        assertThat(ask(dnssec, RecordType.A, "mail.plain.secure.test"))
                .returns("192.0.2.10", Answer::said)
                .returns(expected(dnssec, Security.INSECURE), Answer::security);
        assertThat(ask(dnssec, RecordType.A, "nowhere.plain.secure.test"))
                .returns(Status.NO_SUCH_NAME, Answer::status)
                .returns(expected(dnssec, Security.INSECURE), Answer::security);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRUST_AD", "VALIDATE"})
    void signatureThatDoesNotHoldIsAFailureWithAWordOnWhy(Dnssec dnssec) {
        for (String zone : List.of("expired.secure.test", "forged.secure.test")) {
            Answer answer = ask(dnssec, RecordType.A, "mail." + zone);
            assertThat(answer.isFailed()).as(zone).isTrue();
            assertThat(answer.security()).as(zone).isEqualTo(Security.BOGUS);
            assertThat(answer.said()).as(zone).contains("SERVFAIL (");
        }
    }

    // RFC 4034 §3.1.5: what was not forged beside it still holds.
    @ParameterizedTest
    @EnumSource(names = {"TRUST_AD", "VALIDATE"})
    void othersInAForgedZoneHold(Dnssec dnssec) {
        assertThat(ask(dnssec, RecordType.AAAA, "mail.forged.secure.test").security())
                .isEqualTo(Security.SECURE);
    }

    // A server's own failure is nobody's forgery.
    @ParameterizedTest
    @EnumSource
    void whatAServerRefusesIsAFailureAndNotBogus(Dnssec dnssec) {
        Answer answer = ask(dnssec, RecordType.A, "mail.elsewhere.test");
        assertThat(answer.isFailed()).isTrue();
        assertThat(answer.said()).startsWith("REFUSED");
        assertThat(answer.security()).isEqualTo(Security.UNCHECKED);
    }

    // CVE-2023-50868: 10,000 rounds of hashing for each step of each proof.
    @Tag("dns-2")
    @Test
    void manyRoundsOfHashingAreNotDone() {
        long start = System.nanoTime();
        Answer answer = ask(Dnssec.VALIDATE, RecordType.A, "a.b.c.d.e.f.dear.secure.test");
        assertThat(answer.isFailed()).isTrue();
        assertThat(answer.said()).contains("iterations of NSEC3");
        assertThat(answer.security()).isEqualTo(Security.UNCHECKED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
        assertThat(ask(Dnssec.VALIDATE, RecordType.A, "mail.dear.secure.test").security())
                .isEqualTo(Security.SECURE);
    }

    @ParameterizedTest
    @EnumSource
    void manyMayAskAtOnce(Dnssec dnssec) throws Exception {
        CachingResolver resolver = resolver(dnssec);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = IntStream.range(0, 100)
                    .mapToObj(i -> threads.submit(
                            () -> resolver.ask(new DnsName("n" + i + ".wild.secure.test"), RecordType.A)))
                    .toList();
            for (Future<Answer> answer : answers) {
                assertThat(answer.get())
                        .returns("192.0.2.20", Answer::said)
                        .returns(expected(dnssec, Security.SECURE), Answer::security);
            }
        }
    }
}
