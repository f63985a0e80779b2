package org.postern.spf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.dns.Answer;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.xbill.DNS.Address;

class SpfResultTest {
    private static final String ZONE = """
        example.com. TXT "v=spf1 mx ptr exists:%{ir}.x.example.com -all exp=why.example.com"
        example.com. MX 10 mail.example.com.
        mail.example.com. A 192.0.2.1
        why.example.com. TXT "%{i} is not ours"
        9.2.0.192.in-addr.arpa. PTR h.example.net.
        """;

    private static SpfQuery query(InetAddress client) {
        return SpfQuery.mailFrom(client, "mx.example.org", "ann", "example.com", "", SpfCases.CLOCK);
    }

    @Test
    void findingHasTheReasonTheExplanationAndTheEvidence() throws Exception {
        SpfResult result = Spf.check(new TestZone(ZONE).resolver(), query(Address.getByAddress("192.0.2.9")));

        Finding finding = result.finding(Check.SPF);

        assertThat(finding).hasToString("spf=fail");
        assertThat(finding.text())
                .isEqualTo("example.com does not permit 192.0.2.9: -all; it explains: 192.0.2.9 is not ours;"
                        + " add this address to the domain's SPF record, or send from one that is in it");
        assertThat(finding.evidence())
                .extracting("question")
                .containsExactly(
                        "TXT example.com",
                        "MX example.com",
                        "A mail.example.com",
                        "PTR 9.2.0.192.in-addr.arpa",
                        "A h.example.net",
                        "A 9.2.0.192.x.example.com",
                        "TXT why.example.com");
        assertThat(result.finding(Check.SPF_HELO)).hasToString("spf-helo=fail");
        assertThatThrownBy(() -> result.finding(Check.IPREV))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("iprev is not of SPF");
    }

    @Test
    void recordedAnswersAreJudgedTheSame() throws Exception {
        SpfQuery query = query(Address.getByAddress("192.0.2.9"));
        SpfResult first = Spf.check(new TestZone(ZONE).resolver(), query);
        Iterator<Answer> recorded = first.answers().iterator();
        Resolver replay = questions -> {
            List<Answer> answers = new ArrayList<>();
            questions.forEach(question -> answers.add(recorded.next()));
            return answers;
        };

        assertThat(Spf.check(replay, query)).isEqualTo(first);
        assertThat(recorded.hasNext()).isFalse();
    }

    @Test
    void mappedAddressIsIp4HoweverJavaHoldsIt() throws Exception {
        var octets = new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 1};

        SpfQuery query = query(Inet6Address.getByAddress("", octets, -1));

        assertThat(query.client()).isEqualTo(Address.getByAddress("192.0.2.1"));
        assertThat(Spf.check(new TestZone(ZONE).resolver(), query).result()).isEqualTo(Result.PASS);
        for (int i = 0; i < 12; i++) {
            byte[] other = octets.clone();
            other[i] ^= 1;
            assertThat(query(Inet6Address.getByAddress("", other, -1)).isIp4()).isFalse();
        }
    }

    /** Java holds such an answer as IPv4; it is none of an IPv6 client's, whatever the prefix. */
    @Test
    void mappedAddressInAaaaMatchesNoIp6Client() throws Exception {
        var zone = new TestZone("""
            example.com. TXT "v=spf1 a//0 ?all"
            example.com. AAAA ::ffff:192.0.2.1
            """);

        assertThat(Spf.check(zone.resolver(), query(Address.getByAddress("2001:db8::1")))
                        .mechanism())
                .isEqualTo("?all");
    }

    @Test
    void longTermIsCut() {
        assertThat(Words.brief("x".repeat(101))).hasSize(100).endsWith("x...");
        assertThat(Words.brief("x".repeat(100))).hasSize(100).endsWith("xxxx");
        assertThat(Words.brief("a\r\nb\u007f\u00e9 ~")).isEqualTo("a??b?? ~");
    }

    @Test
    void receiverWithoutANameIsUnknown() throws Exception {
        var zone = new TestZone("""
            example.com. TXT "v=spf1 -all exp=e.example.com"
            e.example.com. TXT "%{r}"
            """);

        assertThat(Spf.check(zone.resolver(), query(Address.getByAddress("192.0.2.9")))
                        .explanation())
                .isEqualTo("unknown");
    }
}
