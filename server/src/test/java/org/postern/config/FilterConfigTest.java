package org.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.filter.FilterAddress;
import org.postern.filter.FilterSettings;
import org.postern.policy.Action;
import org.postern.policy.FilterRule;

/** {@code [[filters]]}. */
class FilterConfigTest {
    private static final String WHOLE = """
        [[filters]]
        name = "spam"
        type = "rspamd"
        address = "http://127.0.0.1:11333"
        timeout = "3s"
        temperror = "defer"
        actions = { add-header = "note", reject = "quarantine" }
        max-bytes = 1_000
        password = "secret"
        [[filters]]
        name = "virus"
        address = "unix:/run/clamav/milter.sock"
        """;

    @TempDir
    Path directory;

    private Config.Result parse(String toml) {
        return Config.parse(toml, Path.of("postern.toml"), directory);
    }

    private Config read(String toml) throws Exception {
        Files.writeString(directory.resolve("secret"), "secret\n");
        assertThat(parse(toml)).isInstanceOf(Config.Result.Valid.class);
        return ((Config.Result.Valid) parse(toml)).config();
    }

    @Test
    void filtersAreRead() throws Exception {
        Config config = read(WHOLE);

        assertThat(config.filters())
                .containsExactly(
                        new FilterSettings(
                                "spam",
                                new FilterAddress.Http("http", "127.0.0.1", 11_333),
                                Duration.ofSeconds(3),
                                1_000,
                                Optional.of(directory.resolve("secret"))),
                        FilterSettings.of("virus", new FilterAddress.UnixSocket(Path.of("/run/clamav/milter.sock"))));
        List<FilterRule> rules = config.judging().policy().filters();
        assertThat(rules).extracting(FilterRule::name).containsExactly("spam", "virus");
        assertThat(rules.getFirst().actions())
                .containsEntry("add-header", Action.NOTE)
                .containsEntry("reject", Action.QUARANTINE)
                .containsEntry("soft-reject", Action.DEFER);
        assertThat(rules.getFirst().down()).isEqualTo(Action.DEFER);
        assertThat(rules.getLast()).isEqualTo(new FilterRule("virus", FilterRule.OF_MILTER, Action.NOTE));
    }

    @Test
    void whatIsShownReadsBackToTheSame() throws Exception {
        Config config = read(WHOLE);

        assertThat(read(ConfigText.of(config))).isEqualTo(config);
    }

    @Test
    void withoutFiltersThereAreNone() throws Exception {
        assertThat(read("").filters()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name = \"a b\"|1: filters.name should be a word of small letters, digits and hyphens as \"spam\", not"
                        + " \"a b\"",
                "name = \"spam\"|1: filters.name stands there twice",
                "address = \"127.0.0.1:1\"|1: filters.address should be \"http://127.0.0.1:11333\","
                        + " \"tcp://127.0.0.1:8891\" or \"unix:/run/filter.sock\", not \"127.0.0.1:1\"",
                "type = \"milter\"|1: filters.type \"milter\" needs an address as \"tcp://127.0.0.1:8891\" or"
                        + " \"unix:/run/filter.sock\"",
                "actions.rejct = \"note\"|1: filters.actions.rejct is nothing that it answers; did you mean reject?",
                "actions.reject = \"greylist\"|1: filters.actions.reject should be \"note\", \"quarantine\", \"defer\""
                        + " or \"reject\", not \"greylist\"",
                "password = \"none\"|1: filters.password can't be read",
                "max-byte = 1|1: filters.max-byte is no key; did you mean filters.max-bytes?",
                "temperror = \"reject\"|1: filters.temperror should be one of \"accept\", \"defer\", not \"reject\"",
                "timeout = \"0s\"|1: filters.timeout is at least 1ms",
            })
    void eachMistakeTellsItsPlaceAndWhatIsRight(String line, String mistake) {
        String rest = (line.startsWith("name") ? "" : "name = \"other\"\n")
                + (line.startsWith("address") ? "" : "address = \"http://127.0.0.1:1\"\n");
        String toml = "filters = [{ " + (line + "\n" + rest).strip().replace("\n", ", ")
                + " }, { name = \"spam\", address = \"tcp://127.0.0.1:2\" }]\n";

        assertThat(parse(toml))
                .isInstanceOfSatisfying(
                        Config.Result.Invalid.class,
                        invalid -> assertThat(invalid.mistakes())
                                .singleElement()
                                .asString()
                                .startsWith("postern.toml:" + mistake));
    }

    @Test
    void whatAFilterEarnsIsSaidThere() {
        assertThat(parse("policy.checks.filter = \"reject\"\n"))
                .isInstanceOfSatisfying(
                        Config.Result.Invalid.class,
                        invalid -> assertThat(invalid.mistakes())
                                .singleElement()
                                .hasToString("postern.toml:1: policy.checks.filter is said per filter: actions of"
                                        + " [[filters]]"));
    }
}
