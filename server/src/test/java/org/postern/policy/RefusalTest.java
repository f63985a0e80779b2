package org.postern.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.dns.TestZone;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.FromDomain;
import org.postern.greeting.HeloChanged;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;

class RefusalTest {
    /** RFC 7372 §3, RFC 7505 §4.2, RFC 7504 §4; to a greeting without an enhanced code, RFC 2034 §4. */
    @ParameterizedTest
    @CsvSource({
        "own-list=fail, 550 5.7.1, 450 4.7.1",
        "early-talk=fail, 521 5.7.1, 421 4.7.0",
        "helo-syntax=fail, 501, 450",
        "helo-bare-ip=fail, 501, 450",
        "helo-fqdn=fail, 550 5.7.1, 450 4.7.1",
        "helo-self=fail, 550 5.7.1, 450 4.7.1",
        "helo-literal=fail, 550 5.7.1, 450 4.7.1",
        "helo-resolves=fail, 550 5.7.1, 450 4.7.1",
        "helo-resolves=temperror, 550 5.7.1, 450 4.7.1",
        "helo-matches=fail, 550 5.7.1, 450 4.7.1",
        "iprev=fail, 550 5.7.25, 451 4.7.25",
        "iprev=permerror, 550 5.7.25, 451 4.7.25",
        "iprev=temperror, 550 5.7.25, 451 4.7.25",
        "helo-rdns=fail, 550 5.7.1, 450 4.7.1",
        "helo-dynamic=fail, 550 5.7.1, 450 4.7.1",
        "helo-changed=fail, 550 5.7.1, 450 4.7.1",
        "spf-helo=fail, 550 5.7.23, 451 4.7.23",
        "spf-helo=softfail, 550 5.7.23, 451 4.7.23",
        "spf-helo=temperror, 550 5.7.24, 451 4.7.24",
        "spf-helo=permerror, 550 5.7.24, 451 4.7.24",
        "spf=fail, 550 5.7.23, 451 4.7.23",
        "spf=permerror, 550 5.7.24, 451 4.7.24",
        "dnsbl=fail, 550 5.7.1, 450 4.7.1",
        "dnswl=none, 550 5.7.1, 450 4.7.1",
        "from-domain=fail, 550 5.1.8, 451 4.1.8",
        "from-domain=temperror, 550 5.1.8, 451 4.1.8",
    })
    void eachCheckHasItsCodes(String finding, String rejected, String deferred) {
        Finding found = Cases.finding(finding);

        assertThat(Refusal.of(found, Action.REJECT)).hasToString(rejected + " " + found.text());
        assertThat(Refusal.of(found, Action.DEFER)).hasToString(deferred + " " + found.text());
    }

    @Test
    void theNullMxHasACodeOfItsOwn() {
        Finding found = FromDomain.check(
                Mailbox.parse("ann@null.example").orElseThrow(), new TestZone("null.example. MX 0 .\n").resolver());

        assertThat(Refusal.of(found, Action.REJECT).toString()).startsWith("550 5.7.27 ");
        assertThat(Refusal.of(found, Action.DEFER).toString()).startsWith("451 4.7.27 ");
    }

    @ParameterizedTest
    @EnumSource(Check.class)
    void whoIsGreylistedIsAskedToComeAgain(Check check) {
        assertThat(Refusal.of(Finding.of(check, Result.FAIL, "odd"), Action.GREYLIST))
                .hasToString("450 4.7.1 greylisted, come again later: odd");
    }

    @ParameterizedTest
    @EnumSource(Check.class)
    void onlyThreeChecksAreOfTheProtocol(Check check) {
        assertThat(Refusal.isProtocol(check))
                .isEqualTo(List.of("early-talk", "helo-syntax", "helo-bare-ip").contains(check.id()));
    }

    @Test
    void ofALongTextTheFirst400OctetsAreSaid() {
        assertThat(Refusal.of(Finding.of(Check.DNSBL, Result.FAIL, "x".repeat(400)), Action.REJECT)
                        .text())
                .isEqualTo("x".repeat(400));
        assertThat(Refusal.of(Finding.of(Check.DNSBL, Result.FAIL, "x".repeat(401)), Action.REJECT)
                        .text())
                .isEqualTo("x".repeat(400) + "...");
    }

    @Test
    @Tag("ar-2")
    @Tag("xss-1")
    void noZoneBreaksAReply() {
        String hostile = "a\r\n250 2.0.0 kept\r\n\0\u001b[31m\u202e\u2028<script>" + "y".repeat(100_000);
        Reply reply = Refusal.of(Finding.of(Check.DNSBL, Result.FAIL, hostile), Action.REJECT)
                .endingWith("[s-01]");

        String wire = new String(reply.toBytes(), UTF_8);
        assertThat(wire.lines().toList()).hasSize(1);
        assertThat(wire).matches("550 5\\.7\\.1 [ -~]*\\[s-01]\r\n").hasSizeLessThanOrEqualTo(Reply.MAX_LINE_OCTETS);
    }

    @Test
    @Tag("ar-2")
    void noClientBreaksAReply() {
        var name = Greeting.name("x\r\n250 ok\u001b[31m\u202e" + "\u00fc".repeat(300));
        Finding found = HeloChanged.check(Optional.of(name), Greeting.name("a.example"));

        assertThat(new String(Refusal.of(found, Action.REJECT).toBytes(), UTF_8))
                .matches("550 5\\.7\\.1 [ -~]*\r\n")
                .satisfies(wire -> assertThat(wire.toLowerCase(Locale.ROOT)).contains("x??250 ok?[31m"));
    }
}
