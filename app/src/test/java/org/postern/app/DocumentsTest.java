package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents point at is there. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#: ]*)(?:#([^) ]*))?\\)");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)`");
    private static final Pattern HEAD = Pattern.compile("(?m)^#{1,6} (.*)$");

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md")
                                    .map(ROOT::resolve),
                            docs.filter(file -> file.toString().endsWith(".md")))
                    .toList();
        }
    }

    /** The names that a page's heads have in links to them. */
    private static Set<String> heads(Path page) throws IOException {
        return HEAD.matcher(Files.readString(page))
                .results()
                .map(head -> head.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void linksLeadToWhatIsThere() throws IOException {
        var dead = new ArrayList<String>();
        for (Path page : pages()) {
            for (var link : LINK.matcher(Files.readString(page)).results().toList()) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                boolean there = Files.exists(target)
                        && (link.group(2) == null || heads(target).contains(link.group(2)));
                if (!there) {
                    dead.add(ROOT.relativize(page) + ": " + link.group());
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void testsThatAreNamedAreThere() throws IOException {
        var tests = new TreeSet<String>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path sources : modules.map(one -> one.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    files.map(file -> file.getFileName().toString().replace(".java", ""))
                            .filter(name -> name.endsWith("Test"))
                            .forEach(tests::add);
                }
            }
        }
        for (Path page : pages()) {
            List<String> named = TEST.matcher(Files.readString(page))
                    .results()
                    .map(one -> one.group(1))
                    .toList();
            assertThat(tests).as(ROOT.relativize(page).toString()).containsAll(named);
        }
    }
}
