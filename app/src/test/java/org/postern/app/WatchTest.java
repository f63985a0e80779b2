package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server that is watched, by a real Prometheus and by hand; docs/watch and docs/watch.md say what is there. */
@Timeout(240)
class WatchTest {
    private static final Path DOCS = Path.of("../docs").toAbsolutePath().normalize();
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(postern_[a-z_]+)` \\|([^|]*)\\|");
    private static final Pattern WORD = Pattern.compile("`([a-z]+)`");
    private static final Pattern SAMPLE =
            Pattern.compile("(postern_[a-z_]+?)(?:_bucket|_count|_sum)?(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-z]+)=\"");

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    /** A server with something of everything that is measured. */
    private static String toml(int mx, int console) {
        return """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:%d"
            role = "mx"
            [console]
            listen = "127.0.0.1:%d"
            [dns]
            servers = ["127.0.0.1:9"]
            timeout = "100ms"
            deadline = "300ms"
            [policy]
            profile = "observe"
            [[policy.dnsbl]]
            zone = "bl.example"
            codes = { "127.0.0.2" = "reject" }
            [[routes]]
            to = "*"
            via = "mx"
            [domains.localhost]
            deliver = "maildir:maildir/{domain}/{local}"
            mailboxes = "any"
            """.formatted(mx, console);
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void eventually(Callable<Boolean> condition, Callable<String> state) throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime() - until).as(state.call()).isNegative();
            Thread.sleep(100);
        }
    }

    private static void bring(int port) throws Exception {
        Program.named("swaks")
                .run("--server", "127.0.0.1:" + port, "--from", "ann@example.org", "--to", "bob@localhost", "--tls")
                .succeeded();
    }

    /** The page once it tells of a delivery; what our own greeting comes to is there by then, or a moment later. */
    private String page(int console) throws Exception {
        eventually(
                () -> {
                    String page = get(console, "/metrics").body();
                    return page.contains("postern_deliveries_total{kind=\"local\",result=\"delivered\"} 1.0")
                            && page.contains("postern_own_greeting_up ")
                            && page.contains("postern_sessions_total{end=\"quit\",role=\"mx\",tls=\"TLSv1.3\"} 1.0");
                },
                () -> get(console, "/metrics").body());
        return get(console, "/metrics").body();
    }

    // --- what is measured
    // --------------------------------------------------------------------------------------------------------

    @Test
    void metricsAreAsPrometheusAndTheDocumentHaveThem() throws Exception {
        int console = Ports.free();
        try (PosternProcess postern = PosternProcess.with(directory, toml(Ports.free(), console))) {
            assertThat(postern.output()).contains("  watch     http://127.0.0.1:" + console + "/metrics\n");
            bring(postern.port());
            String page = page(console);

            Program.Outcome lint = Program.named("promtool")
                    .run(new ByteArrayInputStream(page.getBytes(UTF_8)), Map.of(), "check", "metrics");
            assertThat(lint.output()).isEmpty();
            assertThat(lint.exit()).isZero();
            assertThat(documented()).isEqualTo(measured(page));
        }
    }

    /** The first columns of the table: names, and their labels. */
    private static Map<String, Set<String>> documented() throws IOException {
        Map<String, Set<String>> rows = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(DOCS.resolve("watch.md")));
        while (row.find()) {
            rows.put(
                    row.group(1),
                    new TreeSet<>(WORD.matcher(row.group(2))
                            .results()
                            .map(label -> label.group(1))
                            .toList()));
        }
        return rows;
    }

    private static Map<String, Set<String>> measured(String page) {
        Map<String, Set<String>> names = new TreeMap<>();
        Matcher sample = SAMPLE.matcher("");
        page.lines().filter(line -> sample.reset(line).matches()).forEach(_ -> {
            Set<String> labels = names.computeIfAbsent(sample.group(1), _ -> new TreeSet<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2)).results().forEach(label -> labels.add(label.group(1)));
            }
            labels.remove("le");
        });
        return names;
    }

    @Test
    void whatASessionSaysMakesNoSeries() throws Exception {
        int console = Ports.free();
        try (PosternProcess postern = PosternProcess.with(directory, toml(Ports.free(), console));
                Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            peer.ask("EHLO x\"}\u007fpostern_fake{a=\"b");
            peer.ask("EHLO client.example");
            peer.ask("MAIL FROM:<\"a\\\"}postern_fake\"@fake.example>");
            peer.ask("RCPT TO:<\"b\\\"}postern_fake\"@localhost>");
            peer.ask("QUIT");
            eventually(
                    () -> get(console, "/metrics")
                            .body()
                            .contains("postern_sessions_total{end=\"quit\",role=\"mx\",tls=\"none\"} 1.0"),
                    () -> get(console, "/metrics").body());
            assertThat(get(console, "/metrics").body()).doesNotContain("fake");
        }
    }

    // --- Prometheus
    // --------------------------------------------------------------------------------------------------------------

    @Test
    void aRealPrometheusReadsItAndAnswersEachQueryOfTheDashboardAndEachAlert() throws Exception {
        Program prometheus = Program.named("prometheus");
        Program promtool = Program.named("promtool");
        int console = Ports.free();
        int api = Ports.free();
        Path config = Files.writeString(
                directory.resolve("prometheus.yml"), """
                    global:
                      scrape_interval: 1s
                      evaluation_interval: 1s
                    rule_files: ["%s"]
                    scrape_configs:
                      - job_name: postern
                        static_configs:
                          - targets: ["127.0.0.1:%d"]
                    """.formatted(DOCS.resolve("watch/alerts.yml"), console));
        Path log = directory.resolve("prometheus.log");
        Process process = null;
        try (PosternProcess postern = PosternProcess.with(directory, toml(Ports.free(), console))) {
            process = new ProcessBuilder(
                            prometheus.file().toString(),
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + directory.resolve("tsdb"),
                            "--web.listen-address=127.0.0.1:" + api)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            eventually(() -> answers(api, "up{job=\"postern\"} == 1"), () -> Files.readString(log));
            bring(postern.port());
            page(console);
            eventually(
                    () -> answers(api, "sum(rate(postern_messages_received_total[5m])) > 0")
                            && answers(api, "postern_own_greeting_up"),
                    () -> Files.readString(log));

            for (String query : queries()) {
                // A rate needs two scrapes of what has just begun.
                eventually(
                        () -> !promtool.run("query", "instant", "http://127.0.0.1:" + api, query)
                                .succeeded()
                                .output()
                                .isBlank(),
                        () -> query);
            }
            rulesAreWell(api);
        } finally {
            if (process != null) {
                process.destroy();
                process.waitFor();
            }
        }
    }

    private boolean answers(int api, String query) throws Exception {
        try {
            var answer = get(api, "/api/v1/query?query=" + URLEncoder.encode(query, UTF_8));
            // 503 until it has read what it kept.
            return answer.statusCode() == 200
                    && !JSON.readTree(answer.body()).at("/data/result").isEmpty();
        } catch (ConnectException notYet) {
            return false;
        }
    }

    /** Those of the dashboard, with Grafana's variables filled in. */
    private static List<String> queries() throws IOException {
        var queries = new ArrayList<String>();
        JsonNode dashboard = JSON.readTree(Files.readString(DOCS.resolve("watch/grafana.json")));
        dashboard
                .get("panels")
                .forEach(panel -> panel.get("targets")
                        .forEach(target -> queries.add(target.get("expr")
                                .asString()
                                .replace("$__rate_interval", "5m")
                                .replace("$instance", ".*"))));
        assertThat(queries).hasSizeGreaterThan(20).noneMatch(query -> query.contains("$"));
        return queries;
    }

    private void rulesAreWell(int api) throws Exception {
        var names = new ArrayList<String>();
        JsonNode answer = JSON.readTree(get(api, "/api/v1/rules").body());
        for (JsonNode group : answer.at("/data/groups")) {
            for (JsonNode rule : group.get("rules")) {
                assertThat(rule.get("health").asString()).as(rule.toString()).isEqualTo("ok");
                names.add(rule.get("name").asString());
            }
        }
        Matcher documented = Pattern.compile("(?m)^\\| `(Postern[A-Za-z]+)` \\|")
                .matcher(Files.readString(DOCS.resolve("watch.md")));
        assertThat(documented.results().map(row -> row.group(1)).toList()).isEqualTo(names);
    }

    @Test
    void alertsAreQuietWhileAllIsWellAndFireWhenItIsNot() throws Exception {
        Program promtool = Program.named("promtool");
        Path alerts = DOCS.resolve("watch/alerts.yml");
        promtool.run("check", "rules", alerts.toString()).succeeded();
        promtool.run("test", "rules", DOCS.resolve("watch/alerts.test.yml").toString())
                .succeeded();

        String tests = Files.readString(DOCS.resolve("watch/alerts.test.yml"));
        Pattern.compile("- alert: (\\w+)")
                .matcher(Files.readString(alerts))
                .results()
                .forEach(alert -> assertThat(tests).contains("alertname: " + alert.group(1)));
    }

    // --- where it listens
    // --------------------------------------------------------------------------------------------------------

    @Test
    void reloadMovesItOrChangesNothing() throws Exception {
        var operator = new Operator(directory);
        int mx = Ports.free();
        int first = Ports.free();
        int second = Ports.free();
        try (PosternProcess _ = PosternProcess.with(directory, toml(mx, first));
                var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(get(first, "/readyz").body()).isEqualTo("ready\n");

            write(toml(mx, taken.getLocalPort()).replace("hostname = \"mx.", "hostname = \"other."));
            assertThat(operator.says("reload"))
                    .contains("can't listen on 127.0.0.1:" + taken.getLocalPort() + " (console.listen)")
                    .contains("nothing is reloaded, the server goes on as before");
            assertThat(get(first, "/healthz").body()).isEqualTo("ok\n");

            write(toml(mx, second));
            assertThat(operator.says("reload")).isEqualTo("reloaded\n");
            assertThat(get(second, "/healthz").body()).isEqualTo("ok\n");
            assertThatThrownBy(() -> get(first, "/healthz")).isInstanceOf(ConnectException.class);

            write(toml(mx, second).replace("[console]\nlisten = \"127.0.0.1:" + second + "\"\n", ""));
            assertThat(operator.says("reload")).isEqualTo("reloaded\n");
            assertThatThrownBy(() -> get(second, "/healthz")).isInstanceOf(ConnectException.class);

            write(toml(mx, first));
            assertThat(operator.says("reload")).isEqualTo("reloaded\n");
            assertThat(get(first, "/metrics").body()).contains("postern_ready 1.0");
        }
    }

    private void write(String toml) throws IOException {
        Files.writeString(directory.resolve("postern.toml"), toml);
    }

    @Test
    void aPlaceThatIsTakenKeepsTheServerFromStarting() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> PosternProcess.with(directory, toml(Ports.free(), taken.getLocalPort())))
                    .hasMessageContaining("can't start: can't listen on 127.0.0.1:" + taken.getLocalPort()
                            + " (console.listen): Address already in use");
        }
    }

    /** Its start has no time to lose. */
    @Test
    void withoutAConsoleNothingOfItIsLoaded() throws Exception {
        String toml = PosternProcess.ANY_AT_LOCALHOST;
        Path classes = directory.resolve("classes");
        try (PosternProcess postern = PosternProcess.with(directory, toml, "-Xlog:class+load=info:file=" + classes)) {
            bring(postern.port());
            postern.mail("bob", 1);
        }
        assertThat(Files.readString(classes))
                .contains("org.postern.console.Console ")
                .doesNotContain("io.micrometer", "io.prometheus", "org.postern.console.Metrics");
    }
}
