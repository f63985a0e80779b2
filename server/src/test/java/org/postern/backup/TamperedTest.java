package org.postern.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.backup.Import.Outcome;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.spool.MessageId;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;

/** Files that are not what was exported cost their own message, and nothing else. */
class TamperedTest {
    @TempDir
    Path directory;

    private Path export;
    private MessageId id;
    private MessageId other;
    private RocksSpool into;

    @SuppressWarnings("NullAway.Init") // JUnit calls export first
    TamperedTest() {}

    @BeforeEach
    void export() throws IOException {
        var backup = new Backup(directory);
        try (RocksSpool spool = backup.spool("spool")) {
            id = accept(spool);
            other = accept(spool);
            export = backup.export(spool, "export");
        }
        into = backup.spool("into");
    }

    @AfterEach
    void close() throws IOException {
        into.close();
    }

    private static MessageId accept(RocksSpool spool) throws IOException {
        var envelope = new Envelope(
                Mailbox.parse("ann@example.org").orElseThrow(),
                MailParameters.NONE,
                List.of(Mailbox.parse("bob@example.com").orElseThrow()));
        byte[] content = ("Subject: hello\r\n\r\n" + "hello\r\n".repeat(20_000)).getBytes(UTF_8);
        return spool.accept(
                        new Spool.Arrival(spool.nextId(), "s-1", envelope, "Received: from test\r\n"),
                        new ByteArrayInputStream(content))
                .id();
    }

    private Path json() {
        return export.resolve(id + ".json");
    }

    /** The other is imported all the same; of this one there is nothing, also after a restart. */
    private String refused(String file) throws IOException {
        List<Outcome> outcomes = Backup.take(into, export);
        assertThat(outcomes)
                .hasSize(2)
                .anyMatch(one -> one instanceof Outcome.Kept(MessageId kept, long _) && kept.equals(other));
        String why = outcomes.stream()
                .filter(Outcome.Refused.class::isInstance)
                .map(Outcome.Refused.class::cast)
                .peek(one -> assertThat(one.file()).isEqualTo(file))
                .findFirst()
                .orElseThrow()
                .why();
        assertThat(into.page(Optional.empty(), 10)).hasSize(1);
        into.close();
        into = new Backup(directory).spool("into");
        assertThat(into.page(Optional.empty(), 10)).hasSize(1);
        return why;
    }

    private void replace(String before, String after) throws IOException {
        String text = Files.readString(json());
        String replaced = text.replaceFirst(before, after);
        assertThat(replaced).as(text).isNotEqualTo(text);
        Files.writeString(json(), replaced);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"id\" : \"m-[^\"]+\" | \"id\" : \"../../../etc/passwd\" | id is like m-1M89981FP0000",
                "\"id\" : \"m-[^\"]+\" | \"id\" : \"m-0\" | id is like m-1M89981FP0000",
                "\"id\" : \"m-[^\"]+\" | \"id\" : \"\" | id is like m-1M89981FP0000",
                "\"received\" : \"2 | \"received\" : \"1 | received is not the time that its id has",
                "\"ageMillis\" : [0-9]+ | \"ageMillis\" : -1 | ageMillis is a number from 0, not -1",
                "\"ageMillis\" : [0-9]+ | \"ageMillis\" : 9223372036854775807 | ageMillis is a number from 0",
                "\"ageMillis\" : [0-9]+ | \"ageMillis\" : 1.5 | can't be understood",
                "\"ageMillis\" : [0-9]+ | \"ageMillis\" : \"7\" | can't be understood",
                "\"ageMillis\" : [0-9]+ | \"ageMillis\" : null | can't be understood",
                "\"octets\" : [0-9]+ | \"octets\" : -1 | traceOctets is a number up to octets",
                "\"octets\" : [0-9]+ | \"octets\" : 140038 | its octets are not 140038",
                "\"octets\" : [0-9]+ | \"octets\" : 9223372036854775807 | its octets are not",
                "\"traceOctets\" : [0-9]+ | \"traceOctets\" : -1 | traceOctets is a number up to octets",
                "\"traceOctets\" : [0-9]+ | \"traceOctets\" : 20 | traceOctets is wrong",
                "\"traceOctets\" : [0-9]+ | \"traceOctets\" : 2000000 | traceOctets is a number up to octets",
                "\"attempts\" : 0 | \"attempts\" : -1 | attempts is a number from 0, not -1",
                "\"attempts\" : 0 | \"attempts\" : 99999999999 | can't be understood",
                "\"next\" : \"2 | \"next\" : \"+90000 | next is a time up to",
                "\"state\" : \"waiting\" | \"state\" : \"WAITING\" | state is no WAITING",
                "\"state\" : \"waiting\" | \"state\" : \"quarantined\" | doubt does not say why",
                "\"to\" : \"bob@ | \"to\" : \"bob\\\\r\\\\nRCPT TO:<eve@ | to is like ann@example.org",
                "\"from\" : \"ann@ | \"from\" : \"<ann>@ | from is like ann@example.org",
                "\"standing\" : \"ours\" | \"standing\" : \"theirs\" | standing is no theirs",
                "\"body\" : \"7BIT\" | \"body\" : \"BINARYMIME\" | body is 7BIT, 8BITMIME or empty",
                "\"smtputf8\" : false | \"smtputf8\" : 0 | can't be understood",
                "\"session\" | \"session\" : \"s-2\", \"session\" | can't be understood",
                "\"session\" | \"urgency\" : 1, \"session\" | can't be understood",
                "\"session\" : \"s-1\", | `` | can't be understood",
                "\"sha256\" : \"[0-9a-f] | \"sha256\" : \"g | sha256 is 64 hexadecimal digits",
                "\"sha256\" : \"[0-9a-f]{8} | \"sha256\" : \"01234567 | another SHA-256",
                "\"format\" : 1 | \"format\" : 2, \"priority\" : 1 | a newer Postern wrote",
                "\"format\" : 1 | \"format\" : 0 | format is 1 here, not 0",
            })
    void jsonThatCantBeIsRefused(String before, String after, String why) throws IOException {
        replace(before, after);
        assertThat(refused(id + ".json")).contains(why);
    }

    @Test
    void noRecipientAtAllIsRefused() throws IOException {
        String text = Files.readString(json());
        Files.writeString(json(), text.replaceFirst("(?s)\"recipients\" : \\[.*? \\],", "\"recipients\" : [ ],"));
        assertThat(refused(id + ".json")).contains("recipients has one at least");
    }

    @Test
    void whatIsNoJsonIsRefused() throws IOException {
        for (String text : List.of("", "{", "[]", "null", "\u0000", "[".repeat(10_000))) {
            Files.writeString(json(), text);
            assertThat(Backup.take(into, export)).anyMatch(Outcome.Refused.class::isInstance);
        }
        assertThat(into.page(Optional.empty(), 10)).hasSize(1);
    }

    // The JSON of one message under the name of another would put it there twice.
    @Test
    void jsonUnderAnotherNameIsRefused() throws IOException {
        Files.move(json(), export.resolve("m-1M89981FP0000.json"));
        assertThat(Backup.take(into, export))
                .contains(new Outcome.Refused("m-1M89981FP0000.json", "it is of " + id + ", and must be named so"))
                .contains(new Outcome.Refused(id + ".eml", "there is no " + id + ".json that says to whom it goes"));
        assertThat(into.page(Optional.empty(), 10)).hasSize(1);
    }

    // All ids that this spool makes afterwards would come behind it.
    @Test
    void idOfTheFutureIsRefused() throws IOException {
        String future = new MessageId(Long.MAX_VALUE).toString();
        String text = Files.readString(json())
                .replace(id.toString(), future)
                .replaceFirst("\"received\" : \"[^\"]+\"", "\"received\" : \"2248-09-26T15:10:22.207Z\"");
        Files.delete(json());
        Files.writeString(export.resolve(future + ".json"), text);
        Files.move(export.resolve(id + ".eml"), export.resolve(future + ".eml"));
        assertThat(refused(future + ".json")).contains("which is not yet");
        assertThat(into.nextId().millis()).isLessThan(System.currentTimeMillis() + 60_000);
    }

    @Test
    void contentThatWasChangedCutOrTakenAwayIsRefused() throws IOException {
        Path eml = export.resolve(id + ".eml");
        byte[] octets = Files.readAllBytes(eml);
        octets[100_000] ^= 1;
        Files.write(eml, octets);
        assertThat(refused(id + ".json")).isEqualTo(id + ".eml: it has another SHA-256 than its .json says");
        Files.write(eml, java.util.Arrays.copyOf(octets, 100_000));
        assertThat(Backup.take(into, export)).anyMatch(Outcome.Refused.class::isInstance);
        Files.write(eml, new byte[3]);
        assertThat(Backup.take(into, export)).anyMatch(Outcome.Refused.class::isInstance);
        Files.delete(eml);
        assertThat(Backup.take(into, export)).contains(new Outcome.Refused(id + ".json", "there is no " + id + ".eml"));
        assertThat(into.page(Optional.empty(), 10)).hasSize(1);
    }

    @Test
    void linkIsNotFollowed() throws IOException {
        Path eml = export.resolve(id + ".eml");
        Files.move(eml, directory.resolve("elsewhere"));
        Files.createSymbolicLink(eml, directory.resolve("elsewhere"));
        assertThat(refused(id + ".json")).contains("is no file of its own");
    }

    @Test
    void exportThatWasBrokenOffIsNamed() throws IOException {
        Files.delete(json());
        Files.move(export.resolve(id + ".eml"), export.resolve(id + ".eml.part"));
        assertThat(refused(id + ".eml.part")).isEqualTo("an export that was broken off left it");
    }
}
