package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * docs/security.md tells the truth: each id of the checklist of attacks (its list of ids is beside this test's resources) has a row,
 * and each test that a row names is there and says the id, as {@code @Tag("id")} or in a transcript's name or first line.
 */
class SecurityDocumentTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern ROW = Pattern.compile("^\\| ([a-z]+-[0-9]+) \\| (covered|in part|open) \\| (.*) \\|$");
    private static final Pattern REFERENCE = Pattern.compile("`([^`]+\\.(?:java|smtp))`");
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"([a-z]+-[0-9]+)\"\\)");

    private record Row(String state, String text) {
        List<String> references() {
            return REFERENCE
                    .matcher(text)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
        }
    }

    private static final TreeMap<String, Row> ROWS = new TreeMap<>();
    private static final List<Path> TESTS = new ArrayList<>();
    private static Set<String> ids;

    @BeforeAll
    static void read() throws IOException {
        for (String line : Files.readAllLines(ROOT.resolve("docs/security.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(ROWS.put(row.group(1), new Row(row.group(2), row.group(3))))
                        .as("twice: " + line)
                        .isNull();
            }
        }
        ids = new TreeSet<>(Files.readAllLines(Path.of("src/test/resources/attack-ids.txt")));
        for (String module : List.of("smtp", "identity", "server", "console", "app")) {
            Path tests = ROOT.resolve(module).resolve("src/test");
            if (Files.isDirectory(tests)) {
                try (Stream<Path> walk = Files.walk(tests)) {
                    walk.filter(Files::isRegularFile).map(ROOT::relativize).forEach(TESTS::add);
                }
            }
        }
    }

    @Test
    void everyIdHasARowAndNoOther() {
        assertThat(ROWS.keySet()).isEqualTo(ids);
    }

    @Test
    void whatIsCoveredNamesATest() {
        ROWS.forEach((id, row) -> assertThat(row.references().isEmpty())
                .as(id + " is " + row.state() + ": " + row.text())
                .isEqualTo(row.state().equals("open")));
    }

    @Test
    void whatIsCoveredInPartSaysWhatIsOpen() {
        ROWS.forEach((id, row) -> {
            if (row.state().equals("in part")) {
                assertThat(row.text()).as(id).contains("open: ");
            }
        });
    }

    @Test
    void everyNamedTestIsThereAndSaysTheId() throws IOException {
        for (var entry : ROWS.entrySet()) {
            for (String reference : entry.getValue().references()) {
                List<Path> files = files(reference);
                assertThat(files).as(entry.getKey() + " names " + reference).isNotEmpty();
                for (Path file : files) {
                    assertThat(idsIn(file)).as(file.toString()).contains(entry.getKey());
                }
            }
        }
    }

    @Test
    void everyTestThatSaysAnIdIsNamedInItsRow() throws IOException {
        for (Path file : TESTS) {
            for (String id : idsIn(file)) {
                Row row = Objects.requireNonNull(ROWS.get(id), id);
                assertThat(row.references().stream().anyMatch(reference -> matches(reference, file)))
                        .as(file + " says " + id + ", whose row in docs/security.md doesn't name it")
                        .isTrue();
            }
        }
    }

    private static List<Path> files(String reference) {
        return TESTS.stream().filter(file -> matches(reference, file)).toList();
    }

    private static boolean matches(String reference, Path file) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:**/" + reference);
        return matcher.matches(file);
    }

    private static Set<String> idsIn(Path file) throws IOException {
        var found = new TreeSet<String>();
        String name = file.getFileName().toString();
        if (name.endsWith(".java")) {
            TAG.matcher(Files.readString(ROOT.resolve(file))).results().forEach(tag -> found.add(tag.group(1)));
        } else if (name.endsWith(".smtp")) {
            String about = name + " " + Files.readAllLines(ROOT.resolve(file)).getFirst();
            ids.stream()
                    .filter(id -> name.startsWith(id + "-")
                            || name.equals(id + ".smtp")
                            || about.matches(".*attacks\\.md " + id + "\\b.*"))
                    .forEach(found::add);
        }
        return found;
    }
}
