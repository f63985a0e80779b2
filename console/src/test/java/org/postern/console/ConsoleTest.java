package org.postern.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the console answers over a socket, and to whom. */
@Timeout(120)
class ConsoleTest {
    private static final Duration TIME = Duration.ofSeconds(3);
    private static final Optional<InetSocketAddress> ANYWHERE =
            Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    @TempDir
    private Path directory;

    private RunningServer server;
    private Console console;

    @BeforeEach
    void begin() throws IOException {
        server = RunningServer.in(directory, "");
        console = new Console(server.journal, "1.2.3", TIME);
        console.to(ANYWHERE).keep(server::watched);
    }

    @AfterEach
    void end() throws IOException {
        console.close();
        server.close();
    }

    private Socket connect() throws IOException {
        InetSocketAddress address = console.address().orElseThrow();
        var socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** All that comes until the connection ends. */
    private String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static String request(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    }

    private String get(String path) throws IOException {
        return ask(request("GET", path));
    }

    @Test
    void pagesAreForNoCache() throws IOException {
        for (String path : List.of("/metrics", "/healthz", "/readyz")) {
            assertThat(get(path)).startsWith("HTTP/1.1 200 ").containsIgnoringCase("cache-control: no-store");
        }
        assertThat(get("/metrics"))
                .contains("postern_build_info{version=\"1.2.3\"} 1", "text/plain; version=0.0.4; charset=utf-8");
        assertThat(get("/metrics?x=y")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void anythingElseIsNotThere() throws IOException {
        for (String path : List.of("/", "/metrics/", "/metricsx", "/healthz/../metrics", "/%6detrics", "//metrics")) {
            assertThat(get(path)).as(path).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void headSaysAsMuchAsGetAndSendsNothing() throws IOException {
        String get = get("/healthz");
        String head = ask(request("HEAD", "/healthz"));

        assertThat(get).endsWith("\r\n\r\nok\n");
        assertThat(head).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n").containsIgnoringCase("content-length: 3");
    }

    @Test
    void otherMethodsAreToldWhichThereAre() throws IOException {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get")) {
            assertThat(ask(request(method, "/metrics")))
                    .as(method)
                    .startsWith("HTTP/1.1 405 ")
                    .containsIgnoringCase("allow: GET, HEAD");
        }
        assertThat(ask("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc"))
                .startsWith("HTTP/1.1 405 ");
    }

    @Test
    @Tag("csrf-1")
    void nameOfAStrangerLeadsNowhere() throws IOException {
        assertThat(ask("GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ")
                .doesNotContain("postern_");
        assertThat(ask("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(ask("GET /healthz HTTP/1.0\r\n\r\n")).endsWith("ok\n");
        assertThat(ask("GET /healthz HTTP/1.0\n\n")).endsWith("ok\n");
        assertThat(ask("GET http://localhost/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                .as("RFC 9112 §3.2.2")
                .endsWith("ok\n");
        assertThat(ask("GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ");
    }

    @Test
    void nonsenseEndsTheConnection() throws IOException {
        for (String nonsense : List.of(
                "\r\n\r\n",
                "GET\r\n\r\n",
                "GET /metrics\r\n\r\n",
                "\0\1\2\r\n\r\n",
                "EHLO me\r\n\r\n",
                "GET /metrics HTTP/2.0\r\nHost: localhost\r\n\r\n",
                "GET /metrics HTTP/1.1\r\nHost : localhost\r\n\r\n",
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n evil.example\r\n\r\n",
                "GET /metrics HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
                "GET /met rics HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            assertThat(ask(nonsense)).as(nonsense).startsWith("HTTP/1.1 400 ");
        }
        assertThat(get("/healthz")).endsWith("ok\n");
    }

    @Test
    void aHeadIsBounded() throws IOException {
        String start = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
        String most = start + "X: " + "x".repeat(Visitor.HEAD - start.length() - 7) + "\r\n\r\n";
        assertThat(most).hasSize(Visitor.HEAD);
        assertThat(ask(most)).startsWith("HTTP/1.1 200 ");
        assertThat(ask(most.replace("X: ", "X: x"))).startsWith("HTTP/1.1 431 ");
        assertThat(ask(start + "X: x\r\n".repeat(5_000))).startsWith("HTTP/1.1 431 ");
        assertThat(askOrBreak("GET /" + "x".repeat(1_000_000))).doesNotContain("200 OK");
        assertThat(get("/healthz")).endsWith("ok\n");
    }

    /** The other side may close while we still send. */
    private String askOrBreak(String request) throws IOException {
        try {
            return ask(request);
        } catch (SocketException broken) {
            return "";
        }
    }

    @Test
    void whoIsSlowHoldsUpNobodyAndIsCut() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket half = connect();
            half.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: loc".getBytes(ISO_8859_1));
            slow.add(half);
            slow.add(connect());
        }
        long begun = System.nanoTime();
        assertThat(get("/metrics")).startsWith("HTTP/1.1 200 ");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(TIME.toMillis() - 500);

        for (Socket one : slow) {
            assertThat(ends(one)).as("half a request, or nothing, is cut").isTrue();
            one.close();
        }
    }

    private static boolean ends(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes().length == 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void connectionsAreCountedAndThoseThatGoMakeRoom() throws Exception {
        List<Socket> all = new ArrayList<>();
        for (int i = 0; i < Port.CONNECTIONS + 40; i++) {
            all.add(connect());
        }
        for (Socket one : all) {
            one.close();
        }
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!askOrBreak(request("GET", "/healthz")).endsWith("ok\n")) {
            assertThat(System.nanoTime() - until).isNegative();
            Thread.sleep(50);
        }
    }

    @Test
    void placeThatIsTakenIsNamedAndTheFormerGoesOn() throws Exception {
        int before = console.address().orElseThrow().getPort();
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var taken = Optional.of((InetSocketAddress) other.getLocalSocketAddress());
            assertThatThrownBy(() -> console.to(taken))
                    .isInstanceOf(IOException.class)
                    .hasMessage("can't listen on 127.0.0.1:" + other.getLocalPort()
                            + " (console.listen): Address already in use");
        }
        assertThat(console.address().orElseThrow().getPort()).isEqualTo(before);
        assertThat(get("/healthz")).endsWith("ok\n");
    }

    @Test
    void itMovesAndComesBack() throws Exception {
        Console.Move away = console.to(Optional.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0)));
        away.giveBack();
        assertThat(get("/healthz")).endsWith("ok\n");

        int port = console.address().orElseThrow().getPort();
        console.to(Optional.of(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port)))
                .giveBack();
        assertThat(get("/healthz")).as("after a place of the same port").endsWith("ok\n");
        assertThat(console.address().orElseThrow().getAddress().isLoopbackAddress())
                .isTrue();

        console.to(Optional.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), port)))
                .keep(server::watched);
        assertThat(console.address().orElseThrow().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.2"));
        assertThat(get("/healthz")).endsWith("ok\n");

        console.to(Optional.empty()).keep(server::watched);
        assertThat(console.address()).isEmpty();
        console.to(ANYWHERE).keep(server::watched);
        assertThat(get("/metrics")).contains("postern_build_info");
    }

    @Test
    void whoTakesNoMailIsNotReadyButWell() throws Exception {
        server.smtp.stop(Duration.ZERO);

        assertThat(get("/healthz")).startsWith("HTTP/1.1 200 ");
        assertThat(get("/readyz")).startsWith("HTTP/1.1 503 ").endsWith("\r\n\r\nthe server is stopping\n");
    }

    @Test
    void lackOfSpaceIsSaid() throws Exception {
        console.close();
        server.close();
        server = RunningServer.in(directory.resolve("full"), "[limits]\nspool-free-bytes = 1_000_000_000_000_000\n");
        console = new Console(server.journal, "1.2.3");
        console.to(ANYWHERE).keep(server::watched);

        assertThat(get("/healthz")).startsWith("HTTP/1.1 200 ");
        assertThat(get("/readyz"))
                .startsWith("HTTP/1.1 503 ")
                .endsWith("too little space is left on the disk of the spool (limits.spool-free-bytes)\n");
        assertThat(get("/metrics")).contains("postern_ready 0.0", "postern_spool_up 1.0");
    }

    @Test
    void tooManySessionsAreSaid() throws Exception {
        console.close();
        server.close();
        server = RunningServer.in(directory.resolve("few"), "[limits]\nsessions = 1\n");
        console = new Console(server.journal, "1.2.3");
        console.to(ANYWHERE).keep(server::watched);
        InetSocketAddress smtp = server.address();
        try (var client = new Socket(smtp.getAddress(), smtp.getPort())) {
            assertThat(client.getInputStream().read()).isEqualTo('2');
            assertThat(get("/readyz"))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("there are as many sessions as there may be: 1 (limits.sessions)\n");
        }
    }
}
