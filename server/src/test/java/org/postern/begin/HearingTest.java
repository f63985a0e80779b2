package org.postern.begin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.route.NextHop;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/** What is made of a person's words, and what is said to those that make no sense. */
class HearingTest {
    private static final Domain OURS = new Domain("example.com");

    private static <T> T understood(Heard<T> heard) {
        assertThat(heard).isInstanceOf(Heard.Understood.class);
        return ((Heard.Understood<T>) heard).value();
    }

    private static String remark(Heard<?> heard) {
        assertThat(heard).isInstanceOf(Heard.Understood.class);
        return ((Heard.Understood<?>) heard).remark();
    }

    private static String refused(Heard<?> heard) {
        assertThat(heard).isInstanceOf(Heard.Refused.class);
        return ((Heard.Refused<?>) heard).why();
    }

    @ParameterizedTest
    @CsvSource({"mx.example.com, mx.example.com", "mx.example.com., mx.example.com", "MX.Example.com, MX.Example.com"})
    void hostNameIsTakenAsItIs(String said, String name) {
        assertThat(understood(Hearing.hostname(said)).name()).isEqualTo(name);
        assertThat(remark(Hearing.hostname(said))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, is an address; a name is asked for",
        "2001:db8::1, is an address; a name is asked for",
        "[192.0.2.1], is an address; a name is asked for",
        "mx_1.example.com, has an underscore",
        "mx..example.com, a label between the dots is empty",
        "-mx.example.com, neither begins nor ends with a hyphen",
        "mx example.com, letters, digits and hyphens only",
        "straße.example, has no form for DNS"
    })
    void noHostNameIsRefusedWithItsReason(String said, String why) {
        assertThat(refused(Hearing.hostname(said))).contains(why);
    }

    @Test
    void nameWithoutDotIsTakenWithARemark() {
        assertThat(understood(Hearing.hostname("mx")).name()).isEqualTo("mx");
        assertThat(remark(Hearing.hostname("mx"))).contains("mx is not fully qualified");
        assertThat(remark(Hearing.hostname("mx.internal"))).contains("a name of an inner network");
    }

    // RFC 5890 §2.3.2.1.
    @Test
    void namesBeyondAsciiAreTakenByTheirALabels() {
        Heard<Domain> host = Hearing.hostname("mx.b\u00fccher.example");
        assertThat(understood(host).name()).isEqualTo("mx.xn--bcher-kva.example");
        assertThat(remark(host))
                .isEqualTo("mx.b\u00fccher.example is mx.xn--bcher-kva.example in DNS, and is written so here");
        assertThat(understood(Hearing.domain("b\u00fccher.example")).name()).isEqualTo("xn--bcher-kva.example");
    }

    @ParameterizedTest
    @CsvSource({
        "ann@example.com, a domain is asked for",
        "192.0.2.1, is an address; a domain is asked for",
        "exa mple, is no domain"
    })
    void noDomainIsRefusedWithItsReason(String said, String why) {
        assertThat(refused(Hearing.domain(said))).contains(why);
    }

    @Test
    void underscoreIsLetPassInADomain() {
        assertThat(understood(Hearing.domain("a_b.example.com")).name()).isEqualTo("a_b.example.com");
    }

    @Test
    void residentsAreNamesOrAWordForMany() {
        List<Domain> ours = List.of(OURS);
        assertThat(understood(Hearing.residents("bob, ann  bob", ours)).toml()).isEqualTo("[\"ann\", \"bob\"]");
        assertThat(understood(Hearing.residents("existing", ours)).toml()).isEqualTo("\"existing\"");
        assertThat(understood(Hearing.residents("ask", ours))).isEqualTo(Residents.Many.ASK);
        assertThat(remark(Hearing.residents("any", ours))).contains("spammers guess");
        assertThat(understood(Hearing.names("any", ours)).toml()).isEqualTo("[\"any\"]");
        assertThat(understood(Hearing.names("ann@example.com", ours)).toml()).isEqualTo("[\"ann\"]");
        assertThat(understood(Hearing.names("", ours)).toString()).isEqualTo("nobody but the postmaster");
    }

    @Test
    void namesThatAreNoneAreRefused() {
        assertThat(refused(Hearing.names("ann@example.org", List.of(OURS))))
                .isEqualTo("ann@example.org is an address; the name before its @ is asked for, as ann, and exists in"
                        + " each of the domains");
        assertThat(refused(Hearing.names(".ann", List.of(OURS)))).contains("is no name before an @");
        assertThat(refused(Hearing.many("everybody"))).contains("should be any, system, existing or ask");
        assertThat(refused(Hearing.notBoth())).contains("say either");
    }

    @Test
    void postmasterIsAnAddressOrANameInTheFirstDomain() {
        assertThat(understood(Hearing.postmaster("ann", OURS))).isEqualTo(new Mailbox("ann", OURS));
        assertThat(understood(Hearing.postmaster("ann@example.org", OURS)))
                .isEqualTo(new Mailbox("ann", new Domain("example.org")));
        assertThat(refused(Hearing.postmaster("ann@", OURS))).contains("say one as ann@example.com");
    }

    @Test
    void deliveryIsAMaildirOrAHost() {
        assertThat(understood(Hearing.deliver("maildir:/var/mail/{domain}/{local}")))
                .isEqualTo("maildir:/var/mail/{domain}/{local}");
        assertThat(understood(Hearing.deliver("maildir:mail/{local}"))).isEqualTo("maildir:mail/{local}");
        assertThat(understood(Hearing.deliver("lmtp:/run/dovecot/lmtp"))).isEqualTo("lmtp:/run/dovecot/lmtp");
        assertThat(refused(Hearing.deliver("maildir:/var/mail/{user}"))).contains("{user} is not known");
        assertThat(refused(Hearing.deliver("/var/mail"))).contains("should be maildir:");
    }

    @Test
    void smarthostHasAPortThatSaysHowToSpeak() {
        assertThat(understood(Hearing.smarthost("mx"))).isEmpty();
        assertThat(understood(Hearing.smarthost("smart.example.net:587")).map(NextHop.Host::toString))
                .contains("smtp://smart.example.net:587");
        assertThat(understood(Hearing.smarthost("smart.example.net:465")).map(NextHop.Host::toString))
                .contains("smtps://smart.example.net:465");
        assertThat(understood(Hearing.smarthost("smtp://[2001:db8::1]:25")).map(NextHop.Host::toString))
                .contains("smtp://[2001:db8::1]:25");
        assertThat(refused(Hearing.smarthost("smart host"))).contains("smarthost.example.net:587");
    }

    @Test
    void directoryIsOneThatAConfigurationCanName() {
        assertThat(understood(Hearing.directory("/var/lib/postern/"))).isEqualTo("/var/lib/postern");
        assertThat(understood(Hearing.directory("data"))).isEqualTo("data");
        assertThat(refused(Hearing.directory("../data"))).contains("is no good directory");
        assertThat(refused(Hearing.directory(""))).contains("is no good directory");
    }

    @Test
    void netsAddressesAndPortsAreReadAsTheConfigurationReadsThem() {
        assertThat(understood(Hearing.net("192.0.2.0/24"))).hasToString("192.0.2.0/24");
        assertThat(refused(Hearing.net("192.0.2.1/24"))).contains("is no net");
        assertThat(understood(Hearing.address("2001:db8::1")).getHostAddress()).isEqualTo("2001:db8:0:0:0:0:0:1");
        assertThat(refused(Hearing.address("mx.example.com"))).contains("is no address");
        assertThat(understood(Hearing.listen("[::]:25")).getPort()).isEqualTo(25);
        assertThat(refused(Hearing.listen("0.0.0.0"))).contains("0.0.0.0:25");
        assertThat(refused(Hearing.listen("::1"))).contains("0.0.0.0:25");
        assertThat(understood(Hearing.nameServer("127.0.0.1")).getPort()).isEqualTo(53);
        assertThat(refused(Hearing.nameServer("localhost:53"))).contains("127.0.0.1:53");
    }

    @Test
    void severalAreReadOneByOne() {
        Heard<List<Domain>> both = Hearing.each("b\u00fccher.example,example.com example.com", Hearing::domain);
        assertThat(understood(both)).containsExactly(new Domain("xn--bcher-kva.example"), OURS);
        assertThat(remark(both)).contains("xn--bcher-kva.example in DNS");
        assertThat(refused(Hearing.each("example.com ann@example.com", Hearing::domain)))
                .startsWith("ann@example.com is an address");
        assertThat(understood(Hearing.each(" ", Hearing::domain))).isEmpty();
    }
}
