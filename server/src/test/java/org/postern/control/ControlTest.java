package org.postern.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.journal.Journal;
import org.postern.quarantine.Suspect;
import org.postern.quarantine.Suspects;
import org.postern.quarantine.Trust;
import org.postern.quarantine.Trusted;
import org.postern.queue.Queue;
import org.postern.queue.RetrySchedule;
import org.postern.queue.SilentReporter;
import org.postern.queue.Suspensions;
import org.postern.queue.TestCourier;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/** The socket, the lines on it, and what is answered. */
@Timeout(60)
class ControlTest {
    @TempDir
    Path data;

    private final Clock clock = Clock.systemUTC();
    private Spool spool;
    private Queue queue;
    private Desk desk;
    private ControlServer server;

    @BeforeEach
    void start() throws IOException {
        spool = RocksSpool.open(data.resolve("spool"), new RocksSpool.Room(1 << 20, 0), clock);
        queue = new Queue(
                spool,
                new TestCourier((_, _) -> Map.of(), 1),
                new SilentReporter(),
                Suspensions.open(data.resolve("suspended")),
                RetrySchedule.DEFAULT,
                1,
                clock);
        desk = new Desk(
                spool,
                queue,
                new Suspects(spool, Duration.ofDays(30)),
                Trusted.open(data.resolve("trusted")),
                Journal.none(),
                clock,
                "Postern of the test",
                Desk.Running.NO);
        server = ControlServer.start(data, desk).orElseThrow();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        queue.close();
        spool.close();
    }

    private SpooledMessage accept(String to, byte[] content) throws IOException {
        var envelope = new Envelope(
                Mailbox.parse("ann@example.org").orElseThrow(),
                MailParameters.NONE,
                List.of(Mailbox.parse(to).orElseThrow()));
        return spool.accept(
                new Spool.Arrival(spool.nextId(), "s-1", envelope, "Received: from é\r\n"),
                new ByteArrayInputStream(content));
    }

    private SpooledMessage accept(String to) throws IOException {
        return accept(to, "Hello\r\n".getBytes(UTF_8));
    }

    /** What a client that knows nothing of our classes sees. */
    private final class Raw implements AutoCloseable {
        private final SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        private final Lines lines = new Lines(socket, Protocol.ANSWER_OCTETS);

        Raw() throws IOException {
            socket.connect(UnixDomainSocketAddress.of(data.resolve("control.sock")));
        }

        String ask(String line) throws IOException {
            lines.write(line);
            return lines.read().orElse("closed");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    // --- the lines
    // -------------------------------------------------------------------------------------------------------------

    @Test
    void requestThatIsWrittenParsesBack() {
        qt().forAll(
                        longs().between(0, Long.MAX_VALUE),
                        integers().between(1, 1_000),
                        integers().between(0, 19))
                .checkAssert((number, most, kind) -> {
                    var id = new MessageId(number);
                    Request request =
                            switch (kind) {
                                case 0 -> new Request.Hello();
                                case 1 -> new Request.Page(Optional.of(id), most, true);
                                case 2 -> new Request.Page(Optional.empty(), most, false);
                                case 3 -> new Request.Show(id);
                                case 4 -> new Request.Content(id);
                                case 5 -> new Request.Hold(id);
                                case 6 -> new Request.Release(id);
                                case 7 -> new Request.Retry(id);
                                case 8 -> new Request.Drop(id);
                                case 9 -> new Request.QuarantineList(Optional.of(id), most);
                                case 10 -> new Request.QuarantineShow(id);
                                case 11 -> new Request.QuarantineRelease(id);
                                case 12 -> new Request.QuarantineDrop(id);
                                case 13 ->
                                    new Request.Trust(id, most % 2 == 0 ? Trust.Scope.SENDER : Trust.Scope.DOMAIN);
                                case 14 -> new Request.TrustList();
                                case 15 -> new Request.TrustRemove(id);
                                case 16 -> new Request.Names(Optional.of(id), most);
                                case 17 -> new Request.Names(Optional.empty(), most);
                                case 18 -> new Request.Export(id);
                                default -> new Request.Flush();
                            };
                    assertThat(parsed(Protocol.write(request))).isEqualTo(request);
                });
    }

    private static Request parsed(String line) {
        try {
            return Protocol.request(line);
        } catch (Protocol.NotUnderstood problem) {
            throw new AssertionError(line, problem);
        }
    }

    @Test
    void quarantineIsAPageOfItsOwnAndSaysWhereToGoOn() throws IOException {
        SpooledMessage waiting = accept("bob@example.com");
        List<SpooledMessage> held = List.of(doubted(), doubted(), doubted());
        Answer first = desk.ask(new Request.QuarantineList(Optional.empty(), 2));
        assertThat(first).isInstanceOfSatisfying(Answer.Suspects.class, page -> {
            assertThat(page.suspects())
                    .extracting(Suspect::id)
                    .containsExactly(held.get(0).id(), held.get(1).id());
            assertThat(page.next()).contains(held.get(1).id());
        });
        assertThat(desk.ask(new Request.QuarantineList(Optional.of(held.get(1).id()), 2)))
                .isInstanceOfSatisfying(Answer.Suspects.class, page -> {
                    assertThat(page.suspects()).extracting(Suspect::subject).containsExactly("hello");
                    assertThat(page.next()).isEmpty();
                });
        assertThat(desk.ask(new Request.Page(Optional.empty(), 10, false)))
                .isInstanceOfSatisfying(
                        Answer.Messages.class,
                        page -> assertThat(page.messages())
                                .extracting(Summary::id)
                                .containsExactly(waiting.id()));
        assertThat(desk.ask(new Request.QuarantineRelease(waiting.id())))
                .isEqualTo(new Answer.Changed(waiting.id(), Answer.Result.UNCHANGED));
        assertThat(desk.ask(new Request.QuarantineShow(waiting.id()))).isInstanceOf(Answer.Failed.class);
        assertThat(desk.ask(new Request.Trust(waiting.id(), Trust.Scope.SENDER)))
                .isInstanceOf(Answer.Failed.class);
    }

    private SpooledMessage doubted() throws IOException {
        var envelope = new Envelope(
                Mailbox.parse("ann@example.org").orElseThrow(),
                MailParameters.NONE,
                List.of(Mailbox.parse("bob@example.com").orElseThrow()));
        Doubt doubt = Doubt.fresh(
                Doubt.Way.HELD,
                "192.0.2.1",
                "mail.example.org",
                "iprev",
                List.of(new Doubt.Note("iprev", "fail", true, "it has no name")),
                "client 192.0.2.1/32");
        return spool.accept(
                new Spool.Arrival(spool.nextId(), "s-1", envelope, "", Optional.of(doubt), Standing.UNPROVEN, Map.of()),
                new ByteArrayInputStream("Subject: hello\r\n\r\nx\r\n".getBytes(UTF_8)));
    }

    @Test
    void answerThatIsWrittenParsesBack() throws IOException {
        SpooledMessage message = accept("bob@example.com");
        SpooledMessage doubted = doubted();
        for (Answer answer : List.of(
                desk.ask(new Request.QuarantineList(Optional.empty(), 10)),
                desk.ask(new Request.QuarantineShow(doubted.id())),
                desk.ask(new Request.Trust(doubted.id(), Trust.Scope.DOMAIN)),
                desk.ask(new Request.TrustList()),
                desk.ask(new Request.Drop(doubted.id())),
                desk.ask(new Request.QuarantineRelease(doubted.id())),
                desk.ask(new Request.Hello()),
                desk.ask(new Request.Page(Optional.empty(), 10, false)),
                desk.ask(new Request.Show(message.id())),
                desk.ask(new Request.Hold(message.id())),
                desk.ask(new Request.Show(message.id())),
                desk.ask(new Request.Flush()),
                desk.ask(new Request.Names(Optional.empty(), 10)),
                exported(message.id()),
                exported(doubted.id()),
                new Answer.Part("aGVsbG8=", true),
                new Answer.Failed(Answer.Reason.SPOOL, "\u001b[31m \n\u202e"))) {
            String line = Protocol.write(answer);
            assertThat(line).doesNotContain("\n");
            assertThat(Protocol.answer(line)).isEqualTo(answer);
        }
    }

    /** The last answer. */
    private Answer exported(MessageId id) throws IOException {
        List<Answer> answers = new ArrayList<>();
        desk.ask(new Request.Export(id), answers::add);
        assertThat(answers.getLast()).isInstanceOf(Answer.Exported.class);
        return answers.getLast();
    }

    @Test
    void namesAreOfAllThatTheSpoolHolds() throws IOException {
        MessageId first = accept("bob@example.com").id();
        MessageId second = doubted().id();
        assertThat(desk.ask(new Request.Names(Optional.empty(), 1)))
                .isEqualTo(new Answer.Names(List.of(first), Optional.of(first)));
        assertThat(desk.ask(new Request.Names(Optional.of(first), 2)))
                .isEqualTo(new Answer.Names(List.of(second), Optional.empty()));
    }

    @Test
    void exportIsThePartsAndThenWhatTheyWere() throws IOException {
        byte[] content = new byte[200_000];
        content[199_999] = (byte) 0xff;
        MessageId id = accept("bob@example.com", content).id();
        var octets = new ByteArrayOutputStream();
        List<Answer> last = new ArrayList<>();
        desk.ask(new Request.Export(id), answer -> {
            if (answer instanceof Answer.Part part) {
                octets.writeBytes(Base64.getDecoder().decode(part.base64()));
            } else {
                last.add(answer);
            }
        });
        assertThat(last).singleElement().isInstanceOfSatisfying(Answer.Exported.class, exported -> {
            assertThat(exported.message().octets()).isEqualTo(octets.size());
            assertThat(exported.message().traceOctets()).isEqualTo(octets.size() - content.length);
            assertThat(exported.message().recipients()).extracting("to").containsExactly("bob@example.com");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "7",
                "{",
                "{\"postern\":1}",
                "{\"ask\":\"hello\"}",
                "{\"postern\":\"one\",\"ask\":\"hello\"}",
                "{\"postern\":1,\"ask\":\"dance\"}",
                "{\"postern\":1,\"ask\":\"hello\",\"loudly\":true}",
                "{\"postern\":1,\"postern\":1,\"ask\":\"hello\"}",
                "{\"postern\":1,\"ask\":\"hello\"} {}",
                "{\"postern\":1,\"ask\":\"show\"}",
                "{\"postern\":1,\"ask\":\"show\",\"id\":null}",
                "{\"postern\":1,\"ask\":\"show\",\"id\":\"m-1\"}",
                "{\"postern\":1,\"ask\":\"page\",\"most\":0,\"held\":false}",
                "{\"postern\":1,\"ask\":\"page\",\"most\":1001,\"held\":false}",
                "{\"postern\":1,\"ask\":\"page\",\"held\":false}"
            })
    void whatIsNotUnderstoodIsSaidAndTheConnectionGoesOn(String line) throws IOException {
        try (var client = new Raw()) {
            assertThat(client.ask(line)).startsWith("{\"answer\":\"failed\",\"reason\":\"MALFORMED\",\"text\":\"not");
            assertThat(client.ask("{\"postern\":1,\"ask\":\"hello\"}"))
                    .isEqualTo("{\"answer\":\"here\",\"server\":\"Postern of the test\",\"waiting\":0}");
        }
    }

    @Test
    void whereToGoOnMayBeLeftOut() throws IOException {
        try (var client = new Raw()) {
            assertThat(client.ask("{\"postern\":1,\"ask\":\"page\",\"most\":5,\"held\":false}"))
                    .isEqualTo("{\"answer\":\"messages\",\"messages\":[],\"next\":null}");
        }
    }

    @Test
    void otherVersionIsToldWhichOneIsSpoken() throws IOException {
        try (var client = new Raw()) {
            assertThat(client.ask("{\"postern\":2,\"ask\":\"hello\",\"new\":1}"))
                    .contains("\"reason\":\"VERSION\"", "speaks version 1", "version 2", "restart");
            assertThat(client.ask("{\"postern\":1,\"ask\":\"hello\"}")).contains("here");
        }
    }

    @Test
    void lineThatIsTooLongIsRefusedAndClosed() throws IOException {
        try (var client = new Raw()) {
            assertThat(client.ask("x".repeat(Protocol.REQUEST_OCTETS + 1)))
                    .contains("\"reason\":\"MALFORMED\"", "65536 octets");
        }
        try (var client = new Raw()) {
            assertThat(client.ask(" ".repeat(Protocol.REQUEST_OCTETS - 30) + "{\"postern\":1,\"ask\":\"hello\"}"))
                    .contains("here");
        }
    }

    @Test
    void noLineEndsIt() {
        qt().withExamples(500)
                .forAll(strings().basicMultilingualPlaneAlphabet().ofLengthBetween(0, 200))
                .checkAssert(this::answersAndLives);
        var random = new Random(5);
        qt().withExamples(500).forAll(integers().all()).checkAssert(_ -> {
            byte[] line = "{\"postern\":1,\"ask\":\"page\",\"most\":5,\"held\":true,\"after\":\"m-01M88T3BE05DD9V\"}"
                    .getBytes(UTF_8);
            for (int i = random.nextInt(4); i >= 0; i--) {
                line[random.nextInt(line.length)] = (byte) random.nextInt(256);
            }
            answersAndLives(new String(line, ISO_8859_1));
        });
    }

    private void answersAndLives(String text) {
        String line = text.replace("\n", "");
        try (var client = new Raw()) {
            assertThat(client.ask(line)).startsWith("{\"answer\":");
            assertThat(client.ask("{\"postern\":1,\"ask\":\"hello\"}")).contains("here");
        } catch (IOException problem) {
            throw new AssertionError(line, problem);
        }
    }

    // --- the socket
    // ------------------------------------------------------------------------------------------------------------

    @Test
    void onlyTheServersUserMayUseIt() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("control.sock"))))
                .isEqualTo("rw-------");
        assertThat(data.resolve(".control")).doesNotExist();
    }

    @Test
    void socketIsGoneAfterTheStopAndStaleOnesAreReplaced() throws IOException {
        server.close();
        assertThat(data.resolve("control.sock")).doesNotExist();
        assertThatThrownBy(() -> ControlClient.of(data)).isInstanceOf(IOException.class);

        // As a kill leaves them.
        Files.createDirectory(data.resolve(".control"));
        for (String name : List.of("control.sock", ".control/s")) {
            try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                left.bind(UnixDomainSocketAddress.of(data.resolve(name)));
            }
        }
        assertThatThrownBy(() -> ControlClient.of(data)).isInstanceOf(IOException.class);
        server = ControlServer.start(data, desk).orElseThrow();
        try (ControlClient client = ControlClient.of(data)) {
            assertThat(client.ask(new Request.Hello())).isInstanceOf(Answer.Here.class);
        }
    }

    @Test
    void pathThatIsTooLongIsDoneWithout() throws IOException {
        Path deep = Files.createDirectories(data.resolve("x".repeat(120)));

        assertThat(ControlServer.start(deep, desk)).isEmpty();
        assertThat(deep).isEmptyDirectory();
    }

    @Test
    void twoAreAnsweredAtOnce() throws IOException {
        try (var one = new Raw();
                ControlClient other = ControlClient.of(data)) {
            assertThat(one.ask("{\"postern\":1,\"ask\":\"hello\"}")).contains("here");
            assertThat(other.ask(new Request.Hello())).isInstanceOf(Answer.Here.class);
            assertThat(one.ask("{\"postern\":1,\"ask\":\"hello\"}")).contains("here");
        }
    }

    @Test
    void pastTheMostConnectionsOneIsTurnedAwayAndLaterTaken() throws Exception {
        List<Raw> many = new ArrayList<>();
        for (int i = 0; i < Protocol.CONNECTIONS; i++) {
            var client = new Raw();
            many.add(client);
            client.ask("{\"postern\":1,\"ask\":\"hello\"}");
        }
        try (var late = ControlClient.of(data)) {
            assertThat(late.ask(new Request.Hello()))
                    .isInstanceOfSatisfying(
                            Answer.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo(Answer.Reason.BUSY));
        }
        for (Raw client : many) {
            client.close();
        }
        Answer answer = new Answer.Part("", true);
        while (!(answer instanceof Answer.Here)) {
            try (var again = ControlClient.of(data)) {
                answer = again.ask(new Request.Hello());
            }
            Thread.sleep(10);
        }
    }

    @Test
    void idleOnesAreHungUpOnAndTheClientComesAgain() throws Exception {
        server.close();
        server = ControlServer.start(data, desk, Duration.ofMillis(50)).orElseThrow();
        try (var raw = new Raw();
                ControlClient client = ControlClient.of(data)) {
            assertThat(client.ask(new Request.Hello())).isInstanceOf(Answer.Here.class);
            // The end of the stream: nothing else wakes this read.
            assertThat(raw.lines.read()).isEmpty();
            Thread.sleep(200);
            assertThat(client.ask(new Request.Hello())).isInstanceOf(Answer.Here.class);
        }
    }

    @Test
    void stopDoesNotWaitForWhoReadsNothing() throws IOException {
        accept("bob@example.com", new byte[8 << 20]);
        try (var client = new Raw()) {
            String id = spool.page(Optional.empty(), 1).getFirst().id().toString();
            client.lines.write("{\"postern\":1,\"ask\":\"content\",\"id\":\"" + id + "\"}");
            client.socket.read(ByteBuffer.allocate(1));
            long begin = System.nanoTime();
            server.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        }
    }

    // --- the answers
    // -----------------------------------------------------------------------------------------------------------

    @Test
    void pagesCoverTheQueueInOrder() throws IOException {
        List<MessageId> all = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            all.add(accept("bob@example.com").id());
        }
        try (ControlClient client = ControlClient.of(data)) {
            assertThat(pages(client, 10, false)).isEqualTo(all);
            client.ask(new Request.Hold(all.get(3)));
            client.ask(new Request.Hold(all.get(24)));
            assertThat(pages(client, 1, true)).containsExactly(all.get(3), all.get(24));
        }
        assertThat(desk.ask(new Request.Page(Optional.of(new MessageId(Long.MAX_VALUE)), 5, false)))
                .isEqualTo(new Answer.Messages(List.of(), Optional.empty()));
    }

    private static List<MessageId> pages(Control control, int most, boolean held) throws IOException {
        List<MessageId> found = new ArrayList<>();
        Optional<MessageId> after = Optional.empty();
        do {
            var page = (Answer.Messages) control.ask(new Request.Page(after, most, held));
            page.messages().forEach(message -> found.add(message.id()));
            after = page.next();
        } while (after.isPresent());
        return found;
    }

    @Test
    void fewHeldAmongManyAreFoundInBoundedSteps() throws IOException {
        for (int i = 0; i < 2_500; i++) {
            accept("bob@example.com");
        }
        MessageId last = accept("eve@example.com").id();
        desk.ask(new Request.Hold(last));

        var first = (Answer.Messages) desk.ask(new Request.Page(Optional.empty(), 10, true));
        assertThat(first.messages()).isEmpty();
        assertThat(first.next()).isPresent();
        var second = (Answer.Messages) desk.ask(new Request.Page(first.next(), 10, true));
        assertThat(second.messages()).extracting(Summary::id).containsExactly(last);
        assertThat(second.next()).isEmpty();
    }

    @Test
    void contentComesOctetForOctet() throws IOException {
        byte[] content = new byte[200_000];
        new Random(3).nextBytes(content);
        MessageId id = accept("bob@example.com", content).id();
        var whole = new ByteArrayOutputStream();
        try (ControlClient client = ControlClient.of(data)) {
            client.ask(
                    new Request.Content(id),
                    answer -> whole.writeBytes(Base64.getDecoder().decode(((Answer.Part) answer).base64())));
            assertThat(client.ask(new Request.Hello())).isInstanceOf(Answer.Here.class);
        }
        byte[] trace = "Received: from é\r\n".getBytes(UTF_8);
        assertThat(whole.toByteArray()).startsWith(trace).endsWith(content).hasSize(trace.length + content.length);
    }

    @Test
    void changesSayWhatCameOfThem() throws IOException {
        MessageId id = accept("bob@example.com").id();
        try (ControlClient client = ControlClient.of(data)) {
            assertThat(result(client, new Request.Release(id))).isEqualTo(Answer.Result.UNCHANGED);
            assertThat(result(client, new Request.Hold(id))).isEqualTo(Answer.Result.DONE);
            assertThat(result(client, new Request.Hold(id))).isEqualTo(Answer.Result.UNCHANGED);
            assertThat(client.ask(new Request.Flush())).isEqualTo(new Answer.Flushed(0));
            assertThat(result(client, new Request.Release(id))).isEqualTo(Answer.Result.DONE);
            assertThat(result(client, new Request.Retry(id))).isEqualTo(Answer.Result.DONE);
            assertThat(client.ask(new Request.Flush())).isEqualTo(new Answer.Flushed(1));
            assertThat(result(client, new Request.Drop(id))).isEqualTo(Answer.Result.DONE);
            assertThat(result(client, new Request.Drop(id))).isEqualTo(Answer.Result.UNKNOWN);
            for (Request gone : List.of(new Request.Show(id), new Request.Content(id))) {
                assertThat(client.ask(gone))
                        .isInstanceOfSatisfying(
                                Answer.Failed.class,
                                failed -> assertThat(failed.reason()).isEqualTo(Answer.Reason.UNKNOWN));
            }
        }
    }

    private static Answer.Result result(Control control, Request request) throws IOException {
        return ((Answer.Changed) control.ask(request)).result();
    }
}
