package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Domain;
import org.postern.smtp.Reply;
import org.postern.smtp.client.ClientProblem.Kind;
import org.postern.smtp.transcript.ScriptedServer;
import org.postern.smtp.transcript.TestCertificate;

/** How a client says who it is: RFC 4954, by PLAIN (RFC 4616), LOGIN, SCRAM-SHA-256 (RFC 7677). */
@Timeout(60)
class AuthenticationTest {
    private static final SmtpClient CLIENT = SmtpClient.named(new Domain("client.example"))
            .withHost("mx.example.com")
            .withSecurity(Security.VERIFIED)
            .withAnchors(List.of(TestCertificate.certificate()))
            .withDeadlines(Deadlines.of(Duration.ofSeconds(20)));

    /** Of RFC 7677 §3, as all that follows. */
    private static final Credentials USER = new Credentials("user", "pencil");

    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String CLIENT_FIRST = "n,,n=user,r=" + NONCE;
    private static final String SERVER_FIRST =
            "r=" + NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private static final String CLIENT_FINAL =
            "c=biws,r=" + NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    /** What comes before AUTH, and what the server offers then. */
    private static String secured(String offered) {
        return """
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 go
            tls
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 %s
            """.formatted(offered);
    }

    private Reply say(ScriptedServer server, Credentials credentials) throws Exception {
        var dialogue = new Dialogue() {
            @Override
            public void sent(String line, boolean inTls) {
                heard.add(line);
            }

            @Override
            public void received(String line, boolean inTls) {
                heard.add(line);
            }

            @Override
            public void noted(String event) {
                heard.add(event);
            }
        };
        try (ClientSession session = CLIENT.withDialogue(dialogue).connect(server.address())) {
            return session.authenticate(credentials, who -> new Scram(who, NONCE));
        }
    }

    private Reply answer(String script) throws Exception {
        try (var server = new ScriptedServer(script)) {
            Reply reply = say(server, USER);
            server.verify();
            return reply;
        }
    }

    private ClientProblem problem(String script) throws Exception {
        try (var server = new ScriptedServer(script)) {
            return catchThrowableOfType(ClientProblem.class, () -> say(server, USER));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH PLAIN", "AUTH LOGIN PLAIN CRAM-MD5", "AUTH plain"})
    void plainSaysUserAndPasswordAtOnce(String offered) throws Exception {
        assertThat(answer(secured(offered) + """
            C: AUTH PLAIN AHVzZXIAcGVuY2ls
            S: 235 2.7.0 come in
            """)).isEqualTo(Reply.of(235, "2.7.0", "come in"));
    }

    @Test
    void loginSaysUserThenPassword() throws Exception {
        assertThat(answer(secured("AUTH CRAM-MD5 LOGIN") + """
            C: AUTH LOGIN
            S: 334 VXNlcm5hbWU6
            C: dXNlcg==
            S: 334 UGFzc3dvcmQ6
            C: cGVuY2ls
            S: 235 2.7.0 come in
            """).code()).isEqualTo(235);
    }

    @Test
    void loginTellsNoPasswordToWhoRefusesTheUser() throws Exception {
        assertThat(answer(secured("AUTH LOGIN") + """
            C: AUTH LOGIN
            S: 334 VXNlcm5hbWU6
            C: dXNlcg==
            S: 535 5.7.8 nobody here
            """)).isEqualTo(Reply.of(535, "5.7.8", "nobody here"));
    }

    /** RFC 7677 §3, in the frame of RFC 4954 §4: the server's last word is a challenge, which is answered with an empty line. */
    @Test
    void scramIsTheBestThatIsOffered() throws Exception {
        assertThat(answer(secured("AUTH PLAIN LOGIN SCRAM-SHA-256")
                                + """
                                C: AUTH SCRAM-SHA-256 %s
                                S: 334 %s
                                C: %s
                                S: 334 %s
                                C:
                                S: 235 2.7.0 come in
                                """.formatted(
                                                base64(CLIENT_FIRST),
                                                base64(SERVER_FIRST),
                                                base64(CLIENT_FINAL),
                                                base64(SERVER_FINAL)))
                        .code())
                .isEqualTo(235);
    }

    @Test
    void scramWithAWrongPasswordIsRefused() throws Exception {
        assertThat(answer(secured("AUTH SCRAM-SHA-256")
                        + """
                        C: AUTH SCRAM-SHA-256 %s
                        S: 334 %s
                        C: %s
                        S: 535 5.7.8 no
                        """.formatted(base64(CLIENT_FIRST), base64(SERVER_FIRST), base64(CLIENT_FINAL))))
                .isEqualTo(Reply.of(535, "5.7.8", "no"));
    }

    /** RFC 5802 §5: whoever does not know the password can say yes, and can't show it. */
    @ParameterizedTest
    @CsvSource({"v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=", "v=?", "e=other-error", "x"})
    void serverThatDoesNotKnowThePasswordIsNotBelieved(String serverFinal) throws Exception {
        assertThat(problem(secured("AUTH SCRAM-SHA-256")
                                + """
                                C: AUTH SCRAM-SHA-256 %s
                                S: 334 %s
                                C: %s
                                S: 334 %s
                                C:
                                S: 235 2.7.0 come in
                                """.formatted(
                                                base64(CLIENT_FIRST),
                                                base64(SERVER_FIRST),
                                                base64(CLIENT_FINAL),
                                                base64(serverFinal)))
                        .kind())
                .isEqualTo(Kind.NOT_VERIFIED);
    }

    @Test
    void serverThatSaysYesBeforeItShowsThatItKnowsThePasswordIsNotBelieved() throws Exception {
        String atOnce = secured("AUTH SCRAM-SHA-256") + """
            C: AUTH SCRAM-SHA-256 %s
            S: 235 2.7.0 come in
            """.formatted(base64(CLIENT_FIRST));
        String afterTheFirst = secured("AUTH SCRAM-SHA-256")
                + """
                C: AUTH SCRAM-SHA-256 %s
                S: 334 %s
                C: %s
                S: 235 2.7.0 come in
                """.formatted(base64(CLIENT_FIRST), base64(SERVER_FIRST), base64(CLIENT_FINAL));

        assertThat(List.of(problem(atOnce).kind(), problem(afterTheFirst).kind()))
                .containsOnly(Kind.NOT_VERIFIED);
    }

    /** RFC 5802 §5.1: another nonce, an extension that has to be known, no salt, no count, or one that would take hours. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "m=x,r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "r=" + NONCE + "x,s=,i=4096",
                "r=" + NONCE + "x,s=?,i=4096",
                "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==",
                "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
                "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-1",
                "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001",
                "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999",
                ""
            })
    void challengeThatIsNoneGetsNoProof(String serverFirst) throws Exception {
        assertThat(problem(secured("AUTH SCRAM-SHA-256") + """
            C: AUTH SCRAM-SHA-256 %s
            S: 334 %s
            C: *
            S: 501 5.5.2 as you like
            """.formatted(base64(CLIENT_FIRST), base64(serverFirst)))
                        .kind())
                .isEqualTo(Kind.GARBLED);
    }

    /** RFC 5802 §5.1: a comma and an equals sign in a name. */
    @Test
    void nameWithACommaIsQuoted() {
        assertThat(new Scram(new Credentials("a=b,c", "x"), "nonce").first()).isEqualTo("n,,n=a=3Db=2Cc,r=nonce");
    }

    @Test
    void whatIsNotKnownHereIsNotTried() throws Exception {
        assertThat(answer(secured("AUTH CRAM-MD5 XOAUTH2")))
                .extracting(Reply::code)
                .isEqualTo(504);
        assertThat(answer(secured("PIPELINING")).text()).startsWith("it offers no AUTH");
    }

    @ParameterizedTest
    @Tag("secret-1")
    @CsvSource({"VERIFIED,NO_TLS", "REQUIRED,NO_TLS", "OPPORTUNISTIC,NOT_CONFIDENTIAL", "NONE,NOT_CONFIDENTIAL"})
    void nothingIsToldInClear(Security security, Kind kind) throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 AUTH PLAIN LOGIN SCRAM-SHA-256
            """)) {
            ClientProblem problem = catchThrowableOfType(ClientProblem.class, () -> {
                try (ClientSession session = CLIENT.withSecurity(security).connect(server.address())) {
                    session.authenticate(USER);
                }
            });
            assertThat(problem.kind()).isEqualTo(kind);
        }
    }

    @Test
    @Tag("secret-1")
    void nothingIsToldToWhoShowsNoCertificateForItsName() throws Exception {
        try (var server = new ScriptedServer(secured("AUTH PLAIN"))) {
            ClientProblem problem = catchThrowableOfType(ClientProblem.class, () -> {
                try (ClientSession session = CLIENT.withSecurity(Security.REQUIRED)
                        .withHost("other.example.com")
                        .connect(server.address())) {
                    session.authenticate(USER);
                }
            });
            assertThat(problem.kind()).isEqualTo(Kind.NOT_CONFIDENTIAL);
        }
    }

    /** Some servers repeat what they don't like, and replies get into logs. */
    @ParameterizedTest
    @Tag("secret-1")
    @ValueSource(strings = {"AHVzZXIAcGVuY2ls", "cGVuY2ls", "pencil"})
    void whatTheServerRepeatsHoldsNoPassword(String repeated) throws Exception {
        Reply reply = answer(secured("AUTH PLAIN") + """
            C: AUTH PLAIN AHVzZXIAcGVuY2ls
            S: 501-5.5.4 what is this:
            S: 501 5.5.4 <%s>?
            """.formatted(repeated));

        assertThat(reply).isEqualTo(new Reply(501, reply.enhanced(), List.of("what is this:", "<***>?")));
        assertThat(heard).contains("AUTH PLAIN ***", "501 5.5.4 <***>?").noneMatch(line -> line.contains(repeated));
    }

    @Test
    @Tag("secret-1")
    void whoListensHearsNoPassword() throws Exception {
        loginSaysUserThenPassword();
        scramIsTheBestThatIsOffered();

        assertThat(heard)
                .contains("AUTH LOGIN", "AUTH SCRAM-SHA-256 ***", "***")
                .noneMatch(line -> line.contains("cGVuY2ls") || line.contains("pencil"));
        assertThat(USER.toString()).isEqualTo("user:***");
    }
}
