package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.smtp.MailParameters.Body;

/** RFC 5321 §4.1.1 and the extensions' commands. */
final class CommandTest {
    private static final Mailbox ANN = new Mailbox("ann", new Domain("example.org"));

    @Test
    void mailHasAPathAndParameters() {
        var mail = (Command.Mail) parse("MAIL FROM:<ann@example.org> SIZE=1000 body=8bitMIME SMTPUTF8");
        assertThat(mail.from()).isEqualTo(ANN);
        assertThat(mail.parameters())
                .map(Parameter::toString)
                .containsExactly("SIZE=1000", "BODY=8bitMIME", "SMTPUTF8");
        assertThat(mail.checkedParameters())
                .isEqualTo(new Checked.Fine<>(new MailParameters(OptionalLong.of(1000), Body.EIGHT_BIT_MIME, true)));
        assertThat(((Command.Mail) parse("MAIL FROM:<ann@example.org>")).checkedParameters())
                .isEqualTo(new Checked.Fine<>(MailParameters.NONE));
    }

    @Test
    void pathsPrintAsTheyAreWritten() {
        assertThat(new ReversePath.Null().path()).isEqualTo("<>");
        assertThat(new ReversePath.Null()).hasToString("");
        assertThat(new ForwardPath.Postmaster().path()).isEqualTo("<postmaster>");
        assertThat(new ForwardPath.Postmaster()).hasToString("postmaster");
    }

    @Test
    void postmasterNeedsNoDomainAndNothingElseDoes() {
        assertThat(parse("RCPT TO:<POSTmaster>")).isEqualTo(new Command.Rcpt(new ForwardPath.Postmaster(), List.of()));
        assertThat(parse("RCPT TO:<postmaster@example.org>"))
                .isEqualTo(new Command.Rcpt(new Mailbox("postmaster", new Domain("example.org")), List.of()));
        assertThat(parse("RCPT TO:<postmasters>")).isInstanceOf(Command.Invalid.class);
        assertThat(parse("MAIL FROM:<postmaster>")).isInstanceOf(Command.Invalid.class);
    }

    @Test
    void aSourceRouteIsDropped() {
        assertThat(parse("RCPT TO:<@a.example,@[192.0.2.1]:ann@example.org>"))
                .isEqualTo(new Command.Rcpt(ANN, List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RCPT TO:<@a.example:>|501 5.1.3 the local part is missing, ends with a dot or has a character that"
                        + " needs quotes",
                "RCPT TO:<@a.example,b:ann@example.org>|501 5.1.3 a source route reads"
                        + " @one.example,@two.example:name@domain",
                "RCPT TO:<@a.example ann@example.org>|501 5.1.3 a source route ends with a colon before the mailbox",
                "RCPT TO:<ann@example.org|501 5.1.3 the address ends with > right after the domain",
                "RCPT TO:<ann@ex ample.org>|501 5.1.3 the address ends with > right after the domain",
                "RCPT TO:<ann@a..b>|501 5.1.3 the domain can't be one: a label between the dots is empty",
                "RCPT TO:<ann@[192.0.2.300]>|501 5.1.3 an address literal reads [192.0.2.1] or [IPv6:2001:db8::1]",
                "RCPT TO:<ann@[192.0.2.1>|501 5.1.3 an address literal reads [192.0.2.1] or [IPv6:2001:db8::1]",
                "RCPT FROM:<ann@example.org>|501 5.5.4 say RCPT TO:<name@domain>",
                "MAIL FROM:<ann@example.org> -X|501 5.5.4 a parameter reads KEYWORD or KEYWORD=value",
                "MAIL FROM:<ann@example.org> X=|501 5.5.4 a parameter reads KEYWORD or KEYWORD=value",
                "MAIL FROM:<ann@example.org> X=a=b|501 5.5.4 a parameter reads KEYWORD or KEYWORD=value",
                "MAIL FROM:<ann@example.org> x_y|501 5.5.4 a parameter reads KEYWORD or KEYWORD=value",
                "MAIL FROM:<ann@example.org> SIZE=1 X size=2|501 5.5.4 parameter SIZE stands there twice",
                "MAIL FROM:<ann@example.org>x|501 5.5.4 a space stands between the address and its parameters",
                "BDAT|501 5.5.4 say BDAT with a number of octets, and LAST for the last chunk",
                "BDAT x|501 5.5.4 say BDAT with a number of octets, and LAST for the last chunk",
                "BDAT 1 2|501 5.5.4 say BDAT with a number of octets, and LAST for the last chunk",
                "BDAT 1 LAST x|501 5.5.4 say BDAT with a number of octets, and LAST for the last chunk",
                "BDAT 1234567890123456789|501 5.5.4 say BDAT with a number of octets, and LAST for the last chunk",
                "AUTH|501 5.5.4 say AUTH with a mechanism, and perhaps its initial response",
                "AUTH PLAIN a b|501 5.5.4 say AUTH with a mechanism, and perhaps its initial response",
                "AUTH PL*IN|501 5.5.4 say AUTH with a mechanism, and perhaps its initial response",
                "AUTH ABCDEFGHIJKLMNOPQRSTU|501 5.5.4 say AUTH with a mechanism, and perhaps its initial response",
                "EXPN|501 5.5.4 EXPN takes a name",
                "XCLIENT|501 5.5.4 say XCLIENT with ADDR=192.0.2.1 or ADDR=IPV6:2001:db8::1",
                "XCLIENT ADDR|501 5.5.4 say XCLIENT with ADDR=192.0.2.1 or ADDR=IPV6:2001:db8::1, PORT, NAME, PROTO,"
                        + " HELO, LOGIN, DESTADDR or DESTPORT",
                "XCLIENT ADDR=2001:db8::1|501 5.5.4 ADDR reads 192.0.2.1, IPV6:2001:db8::1 or [UNAVAILABLE]",
                "XCLIENT ADDR=IPV6:192.0.2.1|501 5.5.4 ADDR reads 192.0.2.1, IPV6:2001:db8::1 or [UNAVAILABLE]",
                "XCLIENT ADDR=mx.example|501 5.5.4 ADDR reads 192.0.2.1, IPV6:2001:db8::1 or [UNAVAILABLE]",
                "XCLIENT ADDR=|501 5.5.4 the value of ADDR is xtext, or [UNAVAILABLE]",
                "XCLIENT NAME=a+2|501 5.5.4 the value of NAME is xtext, or [UNAVAILABLE]",
                "XCLIENT ADDR=192.0.2.1 addr=192.0.2.2|501 5.5.4 ADDR stands there twice",
                "XCLIENT PORT=65536|501 5.5.4 PORT is a number up to 65535, or [UNAVAILABLE]",
                "XCLIENT PROTO=LMTP|501 5.5.4 PROTO is SMTP or ESMTP",
                "XCLIENT DESTADDR=x|501 5.5.4 DESTADDR reads 192.0.2.1, IPV6:2001:db8::1 or [UNAVAILABLE]",
                "TURN|500 5.5.2 not a command that is known here",
            })
    void faultsAreToldWithWhatIsRight(String line, String reply) {
        assertThat(parse(line))
                .isInstanceOfSatisfying(
                        Command.Invalid.class,
                        invalid -> assertThat(invalid.reply()).hasToString(reply));
    }

    @Test
    void theVerbOfAFaultIsToldWhenItIsAWord() {
        assertThat(((Command.Invalid) parse("bdat x")).verb()).isEqualTo("BDAT");
        assertThat(((Command.Invalid) parse("x1 y")).verb()).isEmpty();
        assertThat(((Command.Invalid) parse("A".repeat(17))).verb()).isEmpty();
        assertThat(((Command.Invalid) parse("A".repeat(16))).verb()).hasSize(16);
    }

    @ParameterizedTest
    @CsvSource({
        "BDAT 0,0,false",
        "bdat  86   last,86,true",
        "BDAT 123456789012345678 LAST,123456789012345678,true",
        "BDAT 5 ,5,false"
    })
    void bdatCounts(String line, long octets, boolean last) {
        assertThat(parse(line)).isEqualTo(new Command.Bdat(octets, last));
    }

    @ParameterizedTest
    @CsvSource({
        "XCLIENT ADDR=192.0.2.1 PORT=40000, 192.0.2.1, 40000",
        "xclient  name=a.example proto=esmtp helo=a+20b addr=192.0.2.1 , 192.0.2.1, -1",
        "XCLIENT ADDR=IPV6:2001:db8::1 PORT=[UNAVAILABLE], 2001:db8::1, -1",
        "XCLIENT ADDR=ipv6:::ffff:127.0.0.1, 127.0.0.1, -1",
        "XCLIENT ADDR=[UNAVAILABLE] NAME=[TEMPUNAVAIL], unavailable, -1",
        "XCLIENT ADDR=[tempunavail], unavailable, -1",
        "XCLIENT LOGIN=ann DESTADDR=192.0.2.9 DESTPORT=25, unsaid, -1",
    })
    void xclientNamesAnAddressAndAPort(String line, String address, int port) {
        Command.Xclient.Address wanted =
                switch (address) {
                    case "unsaid" -> new Command.Xclient.Address.Unsaid();
                    case "unavailable" -> new Command.Xclient.Address.Unavailable();
                    default -> new Command.Xclient.Address.Known(java.net.InetAddress.ofLiteral(address));
                };
        assertThat(parse(line))
                .isEqualTo(new Command.Xclient(
                        wanted, port < 0 ? java.util.OptionalInt.empty() : java.util.OptionalInt.of(port)));
    }

    @Test
    void authKeepsItsSecretToItself() {
        var auth = (Command.Auth) parse("auth plain dGVzdA==");
        assertThat(auth.mechanism()).isEqualTo("PLAIN");
        assertThat(auth.initialResponse()).contains("dGVzdA==");
        assertThat(auth).hasToString("Auth[mechanism=PLAIN]");
        assertThat(parse("AUTH SCRAM-SHA-256")).isEqualTo(new Command.Auth("SCRAM-SHA-256", Optional.empty()));
        assertThat(parse("AUTH ABCDEFGHIJKLMNOPQRST")).isInstanceOf(Command.Auth.class);
    }

    @Test
    void theOthersHaveTheirTexts() {
        assertThat(parse("vrfy  ann lee ")).isEqualTo(new Command.Vrfy("ann lee"));
        assertThat(parse("EXPN list")).isEqualTo(new Command.Expn("list"));
        assertThat(parse("HELP me")).isEqualTo(new Command.Help("me"));
        assertThat(parse("STARTTLS")).isEqualTo(new Command.StartTls());
        assertThat(parse("DATA ")).isEqualTo(new Command.Data());
        assertThat(parse("RSET")).isEqualTo(new Command.Rset());
        assertThat(parse("NOOP x")).isEqualTo(new Command.Noop());
        assertThat(parse("QUIT")).isEqualTo(new Command.Quit());
    }

    @Test
    void greetingsTellTheirKind() {
        var named = (Greeting.Named) ((Command.Hello) parse("EHLO Mail.example.com.")).name();
        assertThat(named.domain().name()).isEqualTo("Mail.example.com");
        assertThat(named.isOddlyWritten()).isTrue();
        assertThat(((Greeting.Named) ((Command.Hello) parse("HELO a.example")).name()).isOddlyWritten())
                .isFalse();
        assertThat(((Command.Hello) parse("HELO a.example")).verb()).isEqualTo(Greeting.Verb.HELO);
        var bare = (Greeting.Malformed) ((Command.Hello) parse("EHLO 192.0.2.1")).name();
        assertThat(bare.fault()).isEqualTo(Greeting.Malformed.Fault.BARE_IP);
        var broken = (Greeting.Malformed) ((Command.Hello) parse("EHLO a..é" + "x".repeat(300))).name();
        assertThat(broken.fault()).isEqualTo(Greeting.Malformed.Fault.SYNTAX);
        assertThat(broken.text()).startsWith("a..?x").hasSize(255);
    }

    @Test
    void anEnvelopeHasARecipient() {
        assertThatThrownBy(() -> new Envelope(ANN, MailParameters.NONE, List.of()))
                .hasMessage("an envelope has a recipient");
    }

    @Test
    void aParameterCannotHoldNonsense() {
        for (String bad : List.of("", "-X", "x", "X Y", "X=")) {
            assertThatThrownBy(() -> new Parameter(bad, Optional.empty())).isInstanceOf(IllegalArgumentException.class);
        }
        for (String bad : List.of("", " ", "=", "a\u007f", "\u0080")) {
            assertThatThrownBy(() -> new Parameter("X", Optional.of(bad))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new Parameter("X-9", Optional.of("!~é"))).hasToString("X-9=!~é");
    }

    private static Command parse(String line) {
        return Command.parse(line.getBytes(UTF_8));
    }
}
