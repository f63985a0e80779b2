package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command that the documents show is one that the program takes, and does what they show. */
@Timeout(180)
class DocumentedCommandsTest {
    @TempDir
    Path directory;

    @Test
    void everyCommandIsOneThatTheProgramTakes() {
        List<Page.Step> commands =
                Page.all().stream().flatMap(page -> page.commands().stream()).toList();
        assertThat(commands).hasSizeGreaterThan(70);
        assertThat(commands.stream()
                        .flatMap(one -> TypedWords.refusal(one.command()).map(why -> one + ": " + why).stream()))
                .isEmpty();
    }

    @Test
    void whatTheProgramDoesNotTakeIsNoticed() {
        for (String wrong : List.of(
                "postern queues list",
                "postern queue lst",
                "postern queue list --hold",
                "postern judge 192.0.2.10",
                "postern explain --since 2h",
                "postern quarantine release --trst",
                "postern reload now")) {
            assertThat(TypedWords.refusal(wrong)).as(wrong).isPresent();
        }
        assertThat(TypedWords.refusal("postern judge")).isEmpty();
    }

    @Test
    void whatOnlyStandsForSomethingIsNotTyped() {
        for (String incomplete : List.of(
                "postern judge ADDRESS NAME",
                "postern explain ...",
                "postern import-postfix [DIR]",
                "postern quarantine release --trust",
                "swaks --xclient-addr")) {
            assertThat(TypedWords.isComplete(incomplete)).as(incomplete).isFalse();
        }
        assertThat(TypedWords.isComplete("postern queue list --held")).isTrue();
    }

    static Stream<String> pagesWithCommands() {
        return Page.all().stream()
                .filter(page -> page.steps().stream().anyMatch(step -> !Elsewhere.runs(step)))
                .map(Page::name);
    }

    /** A page that is new here needs a scene in {@link Scenes}. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("pagesWithCommands")
    void everyCommandDoesWhatThePageShows(String name) throws Exception {
        Scenes.Scene scene = Optional.ofNullable(Scenes.ALL.get(name))
                .orElseThrow(() -> new AssertionError("nobody plays the commands of " + name + ": see Scenes"));
        try (var page = new PlayedPage(Page.named(name), directory)) {
            scene.play(page);
            page.ended();
        }
    }

    @Test
    void everySceneIsOfAPage() {
        assertThat(pagesWithCommands()).containsAll(Scenes.ALL.keySet());
    }

    @Test
    void whatScriptsRunIsShownAndIsInThem() throws IOException {
        for (Elsewhere one : Elsewhere.ALL) {
            assertThat(Page.named(one.page()).steps())
                    .as(one.page() + " shows: " + one.command())
                    .anyMatch(one::is);
            assertThat(one.isRun()).as(one.script() + " runs: " + one.command()).isTrue();
        }
    }
}
