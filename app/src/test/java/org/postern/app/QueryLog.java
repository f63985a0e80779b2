package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** dnsmasq over a zone of ours, and its own log of what it was asked and what it answered. */
final class QueryLog implements AutoCloseable {
    private static final Pattern RECORD = Pattern.compile("(\\S+)\\. +(A|PTR|TXT) +(.+)");
    private static final Pattern ASKED = Pattern.compile(".* (\\d+) \\S+ query\\[(\\w+)\\] (\\S+) from .*");
    private static final Pattern ANSWERED = Pattern.compile(".* (\\d+) \\S+ config (\\S+) is (\\S+)");

    private final Process process;
    private final Path log;
    private final int port;

    /** What the log shows as a mark only, for that is what the zone says. */
    private final Map<String, String> zone = new HashMap<>();

    QueryLog(Path directory, String records, int port) throws IOException {
        this.port = port;
        this.log = directory.resolve("queries");
        var lines = new ArrayList<>(List.of(
                "no-resolv",
                "no-hosts",
                "port=" + port,
                "listen-address=127.0.0.1",
                "bind-interfaces",
                "log-queries=extra",
                "log-facility=" + log,
                "local-ttl=60",
                "local=/#/"));
        for (String record : records.lines().toList()) {
            Matcher parts = RECORD.matcher(record.strip());
            if (parts.matches()) {
                lines.add(line(parts.group(1), parts.group(2), parts.group(3)));
            }
        }
        Path configuration = Files.write(directory.resolve("dnsmasq.conf"), lines);
        this.process = new ProcessBuilder(
                        Program.named("dnsmasq").file().toString(),
                        "--keep-in-foreground",
                        "--conf-file=" + configuration,
                        "--user=" + System.getProperty("user.name"),
                        "--pid-file=" + directory.resolve("dnsmasq.pid"))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("dnsmasq.out").toFile())
                .start();
    }

    private String line(String name, String type, String data) {
        return switch (type) {
            case "A" -> "host-record=" + name + "," + data;
            case "PTR" -> {
                String target = data.substring(0, data.length() - 1);
                zone.put("PTR " + name, target);
                yield "ptr-record=" + name + "," + target;
            }
            default -> {
                zone.put("TXT " + name, data);
                yield "txt-record=" + name + "," + data;
            }
        };
    }

    int port() {
        return port;
    }

    /** What it was asked, as {@code A mail.example.com}, and what it answered to that, in the words of findings. */
    Map<String, Set<String>> answers() throws IOException {
        Map<String, String> questions = new HashMap<>();
        Map<String, List<String>> bySerial = new HashMap<>();
        for (String line : Files.readAllLines(log)) {
            Matcher asked = ASKED.matcher(line);
            Matcher answered = ANSWERED.matcher(line);
            if (asked.matches()) {
                questions.put(
                        asked.group(1), asked.group(2) + " " + asked.group(3).toLowerCase(Locale.ROOT));
            } else if (answered.matches()) {
                bySerial.computeIfAbsent(answered.group(1), _ -> new ArrayList<>())
                        .add(answered.group(3));
            }
        }
        Map<String, Set<String>> answers = new HashMap<>();
        questions.forEach((serial, question) -> {
            String said = String.join(
                    ", ",
                    bySerial.getOrDefault(serial, List.of()).stream()
                            .map(word -> words(question, word))
                            .toList());
            answers.computeIfAbsent(question, _ -> new TreeSet<>()).add(said);
        });
        return answers;
    }

    private String words(String question, String word) {
        return switch (word) {
            case "NXDOMAIN" -> "no such name";
            case "<TXT>", "<PTR>" -> zone.getOrDefault(question, "nothing of ours");
            default ->
                word.startsWith("NODATA") ? "no " + question.substring(0, question.indexOf(' ')) + " record" : word;
        };
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
