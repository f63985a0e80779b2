package org.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postern.signing.KeyFile;
import org.postern.signing.MadeKeys;
import org.postern.smtp.Domain;

/** docs/configuration.md and docs/limits.md say what the code does, and every example of the documents can be used. */
class ConfigDocumentTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| (?:`([^`]+)` )?.*\\|$");
    private static final Pattern SETTING = Pattern.compile("(?m)^([a-z-]+) = (.*)$");
    private static final Pattern TOML = Pattern.compile("```toml\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path directory;

    /** A table of each kind. */
    private static String oneOfEach(Path key) {
        return """
            [[listen]]
            address = "127.0.0.1:0"
            [tls]
            certificates = [{ cert = "a", key = "b" }]
            [domains.NAME]
            [[routes]]
            to = "*"
            via = "mx"
            [[destinations]]
            to = "*"
            [[policy.dnsbl]]
            zone = "a.test"
            codes = { "127.0.0.2" = "reject" }
            [[policy.dnswl]]
            zone = "b.test"
            codes = ["127.0.0.2"]
            [[policy.exceptions]]
            client = "192.0.2.1"
            [[dkim]]
            domain = "example.com"
            selector = "k1"
            key = "%s"
            """.formatted(key);
    }

    @Test
    void everyKeyHasARowAndNoOther() throws IOException {
        var reader = new ConfigReader(Path.of("postern.toml"), Path.of("/"));
        KeyFile made = new MadeKeys(directory)
                .make(new Domain("example.com"), LocalDate.EPOCH)
                .getLast()
                .file();
        assertThat(reader.read(oneOfEach(made.file()))).isInstanceOf(Config.Result.Valid.class);
        Set<String> keys = new TreeSet<>(reader.keys());
        // They have a page of their own.
        keys.removeIf(key -> key.startsWith("limits."));
        // Their last parts are the user's own.
        keys.remove("domains.NAME");
        keys.remove("policy.dnsbl.codes.127.0.0.2");

        assertThat(rows("docs/configuration.md").keySet()).isEqualTo(keys);
    }

    @Test
    void everyLimitStandsThereWithItsDefault() throws IOException {
        String written = ConfigText.of(Config.defaults().config());
        String limits = written.substring(written.indexOf("[limits]"), written.indexOf("[log]"));
        Map<String, String> defaults = new TreeMap<>();
        SETTING.matcher(limits).results().forEach(line -> defaults.put(line.group(1), line.group(2)));

        assertThat(rows("docs/limits.md")).isEqualTo(defaults);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void examplesCanBeUsed(Path document) throws IOException {
        Matcher example = TOML.matcher(Files.readString(document));
        while (example.find()) {
            assertThat(Config.parse(example.group(1), document, Path.of("/etc/postern")))
                    .as(example.group(1))
                    .isInstanceOf(Config.Result.Valid.class);
        }
    }

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs.toList().stream())
                    .filter(file -> file.toString().endsWith(".md"));
        }
    }

    /** The first column of the tables, and what stands at the start of the second. */
    private static Map<String, String> rows(String document) throws IOException {
        Map<String, String> rows = new TreeMap<>();
        ROW.matcher(Files.readString(ROOT.resolve(document)))
                .results()
                .forEach(row -> rows.put(row.group(1), String.valueOf(row.group(2))));
        return rows;
    }
}
