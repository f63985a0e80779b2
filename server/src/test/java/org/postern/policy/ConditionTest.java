package org.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

class ConditionTest {
    /** One, as a line of a list says it. */
    static Condition read(String line) throws IOException {
        Path file = Files.createTempFile("condition", ".list");
        try {
            return OwnLists.read(Files.writeString(file, line)).getFirst();
        } finally {
            Files.delete(file);
        }
    }

    // --- conditions
    // ----------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "client 192.0.2.10, true",
        "client 192.0.2.0/24, true",
        "client 192.0.2.11, false",
        "client 2001:db8::/32, false",
        "greeting mail.good.example, true",
        "greeting MAIL.Good.example, true",
        "greeting good.example, false",
        "sender ann@sender.example, true",
        "sender sender.example, true",
        "sender *.sender.example, false",
        "recipient bob@example.com, true",
        "recipient eve@example.com, false",
    })
    void eachKeyIsAboutItsPartOfTheCase(String line, boolean holds) throws IOException {
        assertThat(read(line).holds(Cases.of())).isEqualTo(holds);
    }

    @Test
    void anybodyIsEverybody() {
        assertThat(Condition.ANYBODY.holds(Cases.of())).isTrue();
        assertThat(Condition.ANYBODY).hasToString("anybody");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.10, mail.good.example, ann@sender.example, bob@example.com, true",
        "192.0.2.11, mail.good.example, ann@sender.example, bob@example.com, false",
        "192.0.2.10, mail.evil.example, ann@sender.example, bob@example.com, false",
        "192.0.2.10, mail.good.example, eve@sender.example, bob@example.com, false",
        "192.0.2.10, mail.good.example, ann@sender.example, eve@example.com, false",
    })
    void allThatIsGivenMustHold(String client, String greeting, String sender, String recipient, boolean holds) {
        var condition = new Condition(
                Net.parse("192.0.2.10"),
                Wildcard.parse("mail.good.example"),
                AddressPattern.parse("ann@sender.example"),
                AddressPattern.parse("bob@example.com"));

        assertThat(condition.holds(Cases.from(client, greeting, sender, recipient)))
                .isEqualTo(holds);
        assertThat(condition)
                .hasToString("client 192.0.2.10/32 greeting mail.good.example sender ann@sender.example recipient"
                        + " bob@example.com");
    }

    private static Case of(ReversePath from, Optional<ForwardPath> to) {
        return new Case(Cases.of().client(), Greeting.name("[192.0.2.10]"), from, to, List.of());
    }

    /** Each of these is what the address may be trusted with; none of them is trusted without it. */
    @ParameterizedTest
    @CsvSource({
        "spf sender.example, spf=pass, true",
        "spf sender.example, spf=softfail, false",
        "spf other.example, spf=pass, false",
        "organisation good.example, iprev=pass, true",
        "organisation good.example, iprev=fail, false",
        "organisation other.example, iprev=pass, false",
        "client 192.0.2.10/32, spf=fail, true",
        "client 192.0.2.11/32, spf=pass, false",
    })
    void provenSenderIsTheOneThatTheProofHoldsFor(String proof, String found, boolean holds) {
        Condition condition = Condition.ofProven(
                AddressPattern.parse("ann@sender.example").orElseThrow(),
                Proof.parse(proof).orElseThrow());
        Finding finding = Cases.finding(found);
        Case one = Cases.of(finding.about(finding.check() == Check.IPREV ? "mail.good.example." : ""));

        assertThat(condition.holds(one)).isEqualTo(holds);
        assertThat(condition).hasToString("sender ann@sender.example proven by " + proof);
        assertThat(condition.holds(new Case(
                        one.client(),
                        one.name(),
                        Mailbox.parse("eve@sender.example").orElseThrow(),
                        one.to(),
                        one.findings())))
                .isFalse();
    }

    @Test
    void proofIsTheOneThatIsLikeliestToHoldAgain() {
        Finding iprev = Cases.finding("iprev=pass").about("mail.good.example.");
        assertThat(Proof.of(Cases.of(iprev, Cases.finding("spf=pass")))).hasToString("spf sender.example");
        assertThat(Proof.of(Cases.of(iprev, Cases.finding("spf=none")))).hasToString("organisation good.example");
        assertThat(Proof.of(Cases.found("iprev=fail"))).hasToString("client 192.0.2.10/32");
        assertThat(Proof.of(Cases.from("2001:db8:1:2:3::4", "a.test", "a@b.test", "c@d.test")))
                .hasToString("client 2001:db8:1:2::/64");
        for (String proof : List.of("spf sender.example", "organisation good.example", "client 2001:db8:1:2::/64")) {
            assertThat(Proof.parse(proof).orElseThrow()).hasToString(proof);
        }
        for (String none : List.of("", "spf", "spf ..", "client 192.0.2.1/8", "dkim a.test", "ann@sender.example")) {
            assertThat(Proof.parse(none)).as(none).isEmpty();
        }
    }

    @Test
    void theNullPathIsNoSender() throws IOException {
        assertThat(read("sender *.example").holds(of(new ReversePath.Null(), Optional.empty())))
                .isFalse();
    }

    @Test
    void beforeARecipientIsNamedNoConditionOnItHolds() throws IOException {
        assertThat(read("recipient example.com").holds(of(new ReversePath.Null(), Optional.empty())))
                .isFalse();
    }

    @Test
    void postmasterWithoutADomainIsNoRecipientOfOne() throws IOException {
        assertThat(read("recipient example.com")
                        .holds(of(new ReversePath.Null(), Optional.of(new ForwardPath.Postmaster()))))
                .isFalse();
    }

    @Test
    void aLiteralIsNoNameOfAGreeting() throws IOException {
        assertThat(read("greeting *.example").holds(of(new ReversePath.Null(), Optional.empty())))
                .isFalse();
    }

    // --- names
    // ---------------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com, true",
        "example.com, EXAMPLE.com, true",
        "Example.COM, example.com, true",
        "example.com, mail.example.com, false",
        "example.com, example.com.evil.example, false",
        "*.example.com, mail.example.com, true",
        "*.example.com, a.b.example.com, true",
        "*.EXAMPLE.com, Mail.example.COM, true",
        "*.example.com, example.com, false",
        "*.example.com, notexample.com, false",
        "*.example.com, mail.example.com.evil.example, false",
        "m\u00fcller.example, xn--mller-kva.example, true",
        "xn--mller-kva.example, m\u00fcller.example, true",
        "*.xn--mller-kva.example, mail.m\u00fcller.example, true",
        "example.com, bad..name, false",
        "com, com, true",
        "*.com, example.com, true",
    })
    void aWildcardIsOneNameOrAllBelowOne(String wildcard, String name, boolean matches) {
        assertThat(Wildcard.parse(wildcard).orElseThrow().matches(name)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "*.", "*.*", "*example.com", "mail.*", "a..b", ".example.com", "a b", "@a"})
    void otherTextsAreNoWildcards(String text) {
        assertThat(Wildcard.parse(text)).isEmpty();
    }

    // --- addresses
    // ---------------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "ann@example.com, ann@example.com, true",
        "Ann@Example.com, ANN@example.COM, true",
        "ann@example.com, bob@example.com, false",
        "ann@example.com, ann@mail.example.com, false",
        "@example.com, bob@example.com, true",
        "example.com, bob@example.com, true",
        "example.com, bob@mail.example.com, false",
        "*.example.com, bob@mail.example.com, true",
        "*.example.com, bob@example.com, false",
        "ann@*.example.com, ann@mail.example.com, true",
        "ann@*.example.com, bob@mail.example.com, false",
        "example.com, bob@[192.0.2.1], false",
        "xn--mller-kva.example, bob@m\u00fcller.example, true",
    })
    void anAddressPatternIsOneMailboxOrAllOfADomain(String pattern, String address, boolean matches) {
        assertThat(AddressPattern.parse(pattern)
                        .orElseThrow()
                        .matches(Mailbox.parse(address).orElseThrow()))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "ann@", "ann@@", "ann@a..b", "*", "@*"})
    void otherTextsAreNoAddressPatterns(String text) {
        assertThat(AddressPattern.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann@example.com", "example.com", "*.example.com", "ann@*.example.com"})
    void anAddressPatternReadsBackAsItIsWritten(String text) {
        assertThat(AddressPattern.parse(text)).map(AddressPattern::toString).contains(text);
    }
}
