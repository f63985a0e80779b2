package org.postern.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dns.Answer;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.finding.Finding;
import org.postern.policy.Verdict;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;

/** What a session's checks cost, and that hostile zones make them no dearer. */
@Tag("dns-1")
class InquiryTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.10");
    private static final Mailbox ANN = Mailbox.parse("ann@sender.example").orElseThrow();
    private static final Mailbox BOB = Mailbox.parse("bob@example.com").orElseThrow();

    @TempDir
    private Path directory;

    private Examiner examiner(String toml, Resolver resolver) throws IOException {
        Path file =
                Files.writeString(directory.resolve("postern.toml"), "hostname = \"mx.example.com\"\n" + toml + "\n");
        return new Examiner(((Config.Result.Valid) Config.read(file)).config(), resolver, List::of, Clock.systemUTC());
    }

    /** 500 names that lead back, SPF of ten inclusions with ten exchangers each for the greeting and the sender. */
    private static String dear() {
        var zone = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            zone.append("10.2.0.192.in-addr.arpa. PTR n").append(i).append(".example.\n");
            zone.append("n").append(i).append(".example. A 192.0.2.10\n");
        }
        for (String name : List.of("mail.good.example", "sender.example")) {
            String mechanisms =
                    IntStream.range(0, 9).mapToObj(i -> "mx:m" + i + "." + name).collect(Collectors.joining(" "));
            zone.append(name).append(". A 192.0.2.50\n");
            zone.append(name).append(". TXT \"v=spf1 ").append(mechanisms).append(" ptr -all\"\n");
            for (int i = 0; i < 9; i++) {
                for (int j = 0; j < 10; j++) {
                    zone.append("m%d.%s. MX 10 x%d-%d.%s.\n".formatted(i, name, i, j, name));
                    zone.append("x%d-%d.%s. A 198.51.100.%d\n".formatted(i, j, name, j));
                }
            }
        }
        return zone.toString();
    }

    @Test
    void noZoneMakesASessionAskMoreThanItsQuestions() throws IOException {
        var counting = new TestZone.Counting(new TestZone(dear()).resolver());
        try (Examiner examiner = examiner("limits.dns-questions = 60", counting)) {
            Verdict verdict = examiner.judge(CLIENT, Greeting.name("mail.good.example"), ANN, BOB);

            assertThat(counting.asked().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum())
                    .isLessThanOrEqualTo(60);
            assertThat(verdict.isTaken()).isTrue();
        }
    }

    @Test
    void whatIsNotAskedAnyMoreIsATemperrorThatSaysWhy() throws IOException {
        try (Examiner examiner = examiner("limits.dns-questions = 1", new TestZone("").resolver())) {
            Inquiry inquiry = examiner.about(CLIENT);
            assertThat(inquiry.confirmedName()).as("asked first").isEmpty();
            inquiry.greeted(Greeting.name("mail.good.example"));
            inquiry.from(ANN);

            assertThat(inquiry.all(List.of()).findings())
                    .filteredOn(finding -> finding.check().id().matches("helo-resolves|from-domain"))
                    .hasSize(2)
                    .allSatisfy(finding -> {
                        assertThat(finding.toString()).endsWith("=temperror");
                        assertThat(finding.text()).contains("this session has asked its 1 questions");
                    });
        }
    }

    @Test
    void whereNobodyAnswersEachCheckThatAsksIsATemperrorAndTheMailTaken() throws IOException {
        Resolver silence = questions -> questions.stream()
                .map(question -> Answer.failed(question, "timed out"))
                .toList();
        try (Examiner examiner = examiner("", silence)) {
            Verdict verdict = examiner.judge(CLIENT, Greeting.name("mail.good.example"), ANN, BOB);

            assertThat(Judge.notable(verdict))
                    .isEqualTo("helo-resolves=temperror helo-matches=temperror iprev=temperror spf-helo=temperror"
                            + " from-domain=temperror spf=temperror");
            assertThat(verdict.word()).isEqualTo("accept");
        }
    }

    @Test
    void anHonestSessionAsksLittle() throws IOException {
        var zone = new TestZone("""
            mail.good.example. A 192.0.2.10
            mail.good.example. TXT "v=spf1 a -all"
            10.2.0.192.in-addr.arpa. PTR mail.good.example.
            sender.example. MX 10 mail.good.example.
            sender.example. TXT "v=spf1 mx -all"
            """);
        try (Examiner examiner = examiner("", zone.resolver())) {
            Inquiry inquiry = examiner.about(CLIENT);
            inquiry.greeted(Greeting.name("mail.good.example"));
            inquiry.from(ANN);

            assertThat(inquiry.all(List.of()).findings())
                    .extracting(Finding::toString)
                    .doesNotContain("iprev=fail");
            assertThat(inquiry.questions()).isLessThanOrEqualTo(12);
            assertThat(inquiry.confirmedName()).hasToString("Optional[mail.good.example]");
        }
    }

    @Test
    void anotherGreetingIsJudgedByItself() throws IOException {
        var zone = new TestZone("mail.good.example. A 192.0.2.10\n");
        try (Examiner examiner = examiner("", zone.resolver())) {
            Inquiry inquiry = examiner.about(CLIENT);
            inquiry.greeted(Greeting.name("mail.good.example"));
            inquiry.greeted(Greeting.name("nowhere.example"));

            assertThat(inquiry.all(List.of()).findings())
                    .extracting(Finding::toString)
                    .contains("helo-resolves=fail")
                    .doesNotContain("helo-resolves=pass");
            assertThat(inquiry.changed()).hasToString("helo-changed=fail");
        }
    }

    @Test
    void aListThatIsOffIsNotAsked() throws IOException {
        var counting = new TestZone.Counting(new TestZone("*.bl.test. A 127.0.0.2\n").resolver());
        String toml = "policy.dnsbl = [{ zone = \"bl.test\", codes = { \"127.0.0.2\" = \"reject\" } }]";
        try (Examiner examiner = examiner(toml, counting)) {
            examiner.lookAfterLists();
            Verdict verdict = examiner.judge(CLIENT, Greeting.name("mail.good.example"), ANN, BOB);

            assertThat(Judge.notable(verdict)).contains("dnsbl=temperror");
            assertThat(counting.asked().keySet())
                    .extracting(question -> question.name().text())
                    .doesNotContain("10.2.0.192.bl.test");
        }
    }
}
