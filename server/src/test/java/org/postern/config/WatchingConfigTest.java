package org.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.config.Config.Result;

/** {@code [console]}. */
class WatchingConfigTest {
    private static final String NAMED = "hostname = \"mx.example.com\"\n";

    private static Result read(String toml) {
        return Config.parse(NAMED + toml, Path.of("postern.toml"), Path.of("/etc/postern"));
    }

    private static Result.Valid valid(String toml) {
        Result result = read(toml);
        assertThat(result).isInstanceOf(Result.Valid.class);
        return (Result.Valid) result;
    }

    private static List<String> mistakes(String toml) {
        Result result = read(toml);
        assertThat(result).isInstanceOf(Result.Invalid.class);
        return ((Result.Invalid) result)
                .mistakes().stream().map(Mistake::toString).toList();
    }

    @Test
    void byItselfNothingIsServed() {
        assertThat(valid("").config().watching()).isEqualTo(Watching.NONE);
        assertThat(valid("[console]\n").config().watching()).isEqualTo(Watching.NONE);
        assertThat(ConfigText.of(valid("").config())).doesNotContain("[console]");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:8025, 127.0.0.1", "[::1]:8025, ::1", "127.0.0.53:0, 127.0.0.53"})
    void loopbackNeedsNoWarning(String address, String host) {
        Result.Valid valid = valid("[console]\nlisten = \"" + address + "\"\n");

        assertThat(valid.warnings()).isEmpty();
        InetSocketAddress listen = valid.config().watching().listen().orElseThrow();
        assertThat(listen.getAddress()).isEqualTo(InetAddress.ofLiteral(host));
        assertThat(read(ConfigText.of(valid.config()).replace(NAMED, "")))
                .as("what is shown reads back to the same")
                .isInstanceOfSatisfying(
                        Result.Valid.class,
                        again -> assertThat(again.config().watching())
                                .isEqualTo(valid.config().watching()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:8025", "192.0.2.1:8025", "[::]:8025", "[2001:db8::1]:8025"})
    void anyOtherIsTakenWithAWarning(String address) {
        assertThat(valid("[console]\nlisten = \"" + address + "\"\n").warnings())
                .singleElement()
                .asString()
                .startsWith("console.listen is " + address + ": whoever reaches it")
                .contains("in clear and without a password");
    }

    @Test
    void withoutAJournalItCountsNothingAndSaysSo() {
        assertThat(valid("[console]\nlisten = \"127.0.0.1:8025\"\n[journal]\nkeep = \"0s\"\n")
                        .warnings())
                .singleElement()
                .asString()
                .contains("journal.keep is 0s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"8025\"", "\"localhost:8025\"", "\"127.0.0.1\"", "\"127.0.0.1:65536\"", "8025", "\"\""})
    void nonsenseIsAMistakeWithItsPlace(String value) {
        assertThat(mistakes("[console]\nlisten = " + value + "\n"))
                .singleElement()
                .asString()
                .startsWith(
                        "postern.toml:3: console.listen should be an address and a port as \"127.0.0.1:8025\", not ");
    }

    @Test
    void placesAreNotSharedWithMail() {
        assertThat(mistakes("[[listen]]\naddress = \"127.0.0.1:25\"\n[console]\nlisten = \"127.0.0.1:25\"\n"))
                .containsExactly("postern.toml:5: console.listen is listened on already, by [[listen]]");
    }

    @Test
    void unknownKeysAreMistakes() {
        assertThat(mistakes("[console]\nlisen = \"127.0.0.1:8025\"\n"))
                .containsExactly("postern.toml:3: console.lisen is no key; did you mean console.listen?");
    }
}
