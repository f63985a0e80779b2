package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.smtp.Domain;
import org.postern.smtp.Reply;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.server.TlsMode;
import org.postern.smtp.transcript.TestCertificate;

/** Our client and our server: what comes out is what went in, line ends made CRLF. */
@Timeout(120)
class RoundTripTest {
    private static final SmtpClient CLIENT =
            SmtpClient.named(new Domain("client.example")).withHost("mx.example.com");

    private final BlockingQueue<byte[]> kept = new LinkedBlockingQueue<>();
    private SmtpServer server;

    @BeforeEach
    void start() throws IOException {
        server = SmtpServer.named("mx.example.com")
                .listen(SmtpServer.Listener.on(0), _ -> (_, content) -> {
                    kept.add(content.readAllBytes());
                    return Reply.of(250, "2.0.0", "kept");
                })
                .listen(SmtpServer.Listener.on(0).with(TlsMode.IMPLICIT), _ -> (_, content) -> {
                    kept.add(content.readAllBytes());
                    return Reply.of(250, "2.0.0", "kept");
                })
                .tls(TestCertificate.server())
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private byte[] kept() {
        try {
            byte[] content = kept.poll(20, TimeUnit.SECONDS);
            assertThat(content).as("a message").isNotNull();
            return content;
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    /** The rule put as plainly as can be: RFC 5321 §2.3.8. */
    private static String canonical(String content) {
        String lines = content.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
        return lines.isEmpty() || lines.endsWith("\r\n") ? lines : lines + "\r\n";
    }

    /** Neither a bare CR nor a bare LF goes out, and every dot arrives, whatever it was: attacks.md eod-1 to eod-8. */
    @ParameterizedTest
    @CsvSource({"true,NONE", "false,NONE", "true,REQUIRED", "false,REQUIRED"})
    @Tag("eod-9")
    void anyContentArrives(boolean chunking, Security security) throws Exception {
        String[] parts = {"\r", "\n", "\r\n", ".", "..", "a", "text", "é", ".\r", "\n.", "\r\n.\r\n", "x".repeat(900)};
        try (ClientSession session = CLIENT.withChunking(chunking)
                .withSecurity(security)
                .connect(server.addresses().getFirst())) {
            qt().withExamples(150)
                    .forAll(lists().of(integers().between(0, parts.length - 1)).ofSizeBetween(0, 40))
                    .checkAssert(picked -> {
                        var text = new StringBuilder("Subject: x\r\n\r\n");
                        picked.forEach(part -> text.append(parts[part]));
                        byte[] content = text.toString().getBytes(ISO_8859_1);
                        try {
                            assertThat(session.send(ClientSessionTest.envelope("bob@example.com"), crumbs(content))
                                            .isTakenWhole())
                                    .isTrue();
                        } catch (ClientProblem problem) {
                            throw new IllegalStateException(problem);
                        }
                        assertThat(new String(kept(), ISO_8859_1)).isEqualTo(canonical(text.toString()));
                    });
        }
    }

    /** In reads of odd lengths, so that line ends and dots fall on their borders. */
    private static Payload crumbs(byte[] content) {
        return new Payload() {
            @Override
            public InputStream open() {
                return new ByteArrayInputStream(content) {
                    private final Random random = new Random(content.length);

                    @Override
                    public synchronized int read(byte[] into, int from, int count) {
                        return super.read(into, from, Math.min(count, 1 + random.nextInt(7)));
                    }
                };
            }

            @Override
            public long octets() {
                return content.length;
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void largeContentArrives(boolean chunking) throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(7).nextBytes(content);
        for (int i = 0; i < content.length; i++) {
            if (content[i] == 0) {
                content[i] = '.';
            }
        }
        String text = canonical(new String(content, ISO_8859_1).replaceAll("([^\r\n]{900})", "$1\r\n"));
        try (ClientSession session =
                CLIENT.withChunking(chunking).connect(server.addresses().getFirst())) {
            session.send(ClientSessionTest.envelope("bob@example.com"), Payload.of(text.getBytes(ISO_8859_1)));
        }
        assertThat(Arrays.equals(kept(), text.getBytes(ISO_8859_1))).isTrue();
    }

    /** A session that is resumed is as old as the one that it goes on with. */
    @Test
    void tlsSessionsAreResumed() throws Exception {
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (ClientSession session = CLIENT.connect(server.addresses().getFirst())) {
                session.send(ClientSessionTest.envelope("bob@example.com"), Payload.of(new byte[] {'x'}));
                made.add(session.agreed().orElseThrow().getCreationTime());
            }
        }
        assertThat(made).containsOnly(made.getFirst());
    }

    @Test
    @Tag("tls-7")
    void certificateOfNobodyIsTakenAndNotedWhereItNeedNotBeVerified() throws Exception {
        try (ClientSession session =
                CLIENT.withImplicitTls(true).connect(server.addresses().getLast())) {
            ClientSession.Tls tls = session.tls().orElseThrow();
            assertThat(tls.protocol()).isEqualTo("TLSv1.3");
            assertThat(tls.doubt().orElseThrow()).contains("nobody whom we know has signed it");
        }
    }

    /** RFC 9525 §6. */
    @ParameterizedTest
    @CsvSource({
        "mx.example.com,true",
        "MX.example.com,true",
        "other.example.com,false",
        "127.0.0.1,true",
        "127.0.0.2,false"
    })
    @Tag("tls-7")
    void whoHasToBeVerifiedShowsACertificateForItsName(String host, boolean verified) throws Exception {
        SmtpClient strict = CLIENT.withSecurity(Security.VERIFIED).withAnchors(List.of(TestCertificate.certificate()));
        if (verified) {
            try (ClientSession session =
                    strict.withHost(host).connect(server.addresses().getFirst())) {
                assertThat(session.tls().orElseThrow().doubt()).isEmpty();
            }
        } else {
            ClientProblem problem = catchThrowableOfType(
                    ClientProblem.class,
                    () -> strict.withHost(host).connect(server.addresses().getFirst()));
            assertThat(problem.kind()).isEqualTo(ClientProblem.Kind.NOT_VERIFIED);
            assertThat(problem.getMessage())
                    .contains("its certificate is for mx.example.com, 127.0.0.1, not for " + host);
        }
        ClientProblem unknown = catchThrowableOfType(
                ClientProblem.class,
                () -> CLIENT.withSecurity(Security.VERIFIED)
                        .connect(server.addresses().getFirst()));
        assertThat(unknown.kind()).isEqualTo(ClientProblem.Kind.NOT_VERIFIED);
    }

    /** Who stops must not go on with the next host. */
    @Test
    @Tag("stop-1")
    void whatIsBrokenOffStaysSo() throws Exception {
        SmtpClient stopping = SmtpClient.named(new Domain("client.example"));
        ClientSession open = stopping.connect(server.addresses().getFirst());
        stopping.abort();
        assertThat(catchThrowableOfType(
                        ClientProblem.class,
                        () -> open.send(ClientSessionTest.envelope("bob@example.com"), Payload.of(new byte[] {'x'}))))
                .isNotNull();
        assertThat(catchThrowableOfType(
                        ClientProblem.class,
                        () -> stopping.withChunking(false)
                                .connect(server.addresses().getFirst())))
                .isNotNull();
    }
}
