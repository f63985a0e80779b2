package org.postern.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.finding.Finding;

/** {@link OwnLists} and {@link ListFiles}. */
class OwnListsTest {
    private static final Condition CLIENT =
            Condition.ofClient(Net.parse("192.0.2.0/24").orElseThrow());
    private static final Condition GREETING =
            Condition.ofGreeting(Wildcard.parse("*.good.example").orElseThrow());
    private static final Condition OTHER =
            Condition.ofClient(Net.parse("198.51.100.0/24").orElseThrow());

    @TempDir
    private Path directory;

    private Path allow;
    private Path deny;
    private int changes;

    @BeforeEach
    void files() throws IOException {
        allow = write(directory.resolve("allow"), "");
        deny = write(directory.resolve("deny"), "client 192.0.2.0/24\n");
    }

    /** Each change at a time of its own, whatever the file system's clock can tell apart. */
    private Path write(Path file, String text) throws IOException {
        Files.writeString(file, text);
        return touch(file);
    }

    private Path touch(Path file) throws IOException {
        changes++;
        return Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000L + changes)));
    }

    // --- the lists
    // --------------------------------------------------------------------------------------------------------------------

    @Test
    void whoIsOnNoListIsNone() {
        assertThat(new OwnLists(List.of(OTHER), List.of(OTHER)).check(Cases.of()))
                .hasToString("own-list=none");
        assertThat(OwnLists.EMPTY.check(Cases.of())).hasToString("own-list=none");
    }

    @Test
    void whoIsDeniedFailsAndWhoIsAllowedPasses() {
        Finding denied = new OwnLists(List.of(), List.of(OTHER, CLIENT)).check(Cases.of());
        Finding allowed = new OwnLists(List.of(OTHER, GREETING), List.of()).check(Cases.of());

        assertThat(denied).hasToString("own-list=fail");
        assertThat(denied.text()).isEqualTo("refused by the list of this server: client 192.0.2.0/24");
        assertThat(allowed).hasToString("own-list=pass");
        assertThat(allowed.text()).isEqualTo("let in by the list of this server: greeting *.good.example");
    }

    @Test
    void whoIsOnBothIsLetIn() {
        assertThat(new OwnLists(List.of(GREETING), List.of(CLIENT)).check(Cases.of()))
                .hasToString("own-list=pass");
    }

    @Test
    void listsAreJoined() {
        assertThat(new OwnLists(List.of(CLIENT), List.of(OTHER)).and(new OwnLists(List.of(GREETING), List.of(CLIENT))))
                .isEqualTo(new OwnLists(List.of(CLIENT, GREETING), List.of(OTHER, CLIENT)));
    }

    // --- files
    // -----------------------------------------------------------------------------------------------------------------------

    @Test
    void aFileHasALineForEach() throws IOException {
        write(allow, """
            # partners

            client 192.0.2.0/24
              greeting   *.good.example
            sender Ann@sender.example
            recipient\t@example.com
            """);

        assertThat(OwnLists.read(allow))
                .hasToString("[client 192.0.2.0/24, greeting *.good.example, sender ann@sender.example, recipient"
                        + " example.com]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client",
                "client 192.0.2.1/24",
                "client mail.example",
                "greeting *",
                "sender a@b@",
                "recipient",
                "net 192.0.2.0/24",
                "192.0.2.0/24",
                "client 192.0.2.0/24 # remark",
            })
    void aLineThatMakesNoSenseIsToldWithItsPlace(String line) throws IOException {
        write(deny, "# one\n" + line + "\n");

        assertThatThrownBy(() -> OwnLists.read(deny))
                .isInstanceOf(IOException.class)
                .hasMessage(deny + ":2: \"" + line + "\" is no line of a list; write client NET, greeting NAME, sender"
                        + " ADDRESS or recipient ADDRESS");
    }

    @Test
    void aFileThatIsNotThereOrNoTextIsToldByItsName() throws IOException {
        Path gone = directory.resolve("gone");
        Files.write(deny, new byte[] {(byte) 0xff});

        assertThatThrownBy(() -> OwnLists.read(gone)).hasMessage(gone + " is not there");
        assertThatThrownBy(() -> OwnLists.read(deny)).hasMessage(deny + " is not UTF-8");
    }

    // --- files that change
    // --------------------------------------------------------------------------------------------------------------

    private ListFiles open(Duration interval) throws IOException {
        return new ListFiles(new OwnLists(List.of(), List.of(OTHER)), List.of(allow), List.of(deny), interval);
    }

    @Test
    void theFilesStandBehindWhatIsConfigured() throws IOException {
        assertThat(open(Duration.ZERO).current()).isEqualTo(new OwnLists(List.of(), List.of(OTHER, CLIENT)));
    }

    @Test
    void aChangeIsSeen() throws IOException {
        ListFiles files = open(Duration.ZERO);

        write(allow, "greeting *.good.example\n");
        write(deny, "");

        assertThat(files.current()).isEqualTo(new OwnLists(List.of(GREETING), List.of(OTHER)));
    }

    @Test
    void withinTheIntervalNobodyLooks() throws IOException {
        ListFiles files = open(Duration.ofDays(1));

        write(deny, "");

        assertThat(files.current().deny()).containsExactly(OTHER, CLIENT);
    }

    @Test
    void aFileThatDidNotChangeIsNotReadAgain() throws IOException {
        ListFiles files = open(Duration.ZERO);
        OwnLists before = files.current();

        assertThat(files.current()).isSameAs(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\n", "client 192.0.2.0/24\nclient\n", "\u0000"})
    void whenAFileIsBrokenTheListsStayAsTheyWere(String text) throws IOException {
        ListFiles files = open(Duration.ZERO);
        OwnLists before = files.current();

        write(deny, text);

        assertThat(files.current()).isEqualTo(before);
    }

    @Test
    void whenAFileIsGoneTheListsStayAsTheyWere() throws IOException {
        ListFiles files = open(Duration.ZERO);
        OwnLists before = files.current();

        Files.delete(deny);

        assertThat(files.current()).isEqualTo(before);
    }

    @Test
    void whenItIsMendedItCountsAgain() throws IOException {
        ListFiles files = open(Duration.ZERO);
        write(deny, "nonsense\n");
        files.current();

        Files.write(deny, "greeting *.good.example\n".getBytes(UTF_8));
        touch(deny);

        assertThat(files.current().deny()).containsExactly(OTHER, GREETING);
    }

    @Test
    void atTheStartABrokenFileIsAnError() throws IOException {
        write(deny, "nonsense\n");

        assertThatThrownBy(() -> open(Duration.ZERO))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("deny:1");
    }

    @Test
    void withoutFilesThereIsNothingToLookAt() {
        assertThat(ListFiles.none().current()).isEqualTo(OwnLists.EMPTY);
    }
}
