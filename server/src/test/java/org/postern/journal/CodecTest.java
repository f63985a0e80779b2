package org.postern.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Entries are one line of JSON each, and read back as they were. */
class CodecTest {
    /** What is 0 or empty left out, and nothing else said. */
    private static final JsonMapper JACKSON = JsonMapper.builder()
            .changeDefaultPropertyInclusion(
                    _ -> JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.USE_DEFAULTS))
            .build();

    @Test
    void eachMemberIsWrittenAsJacksonWouldByItself() {
        qt().withExamples(2_000)
                .forAll(Odd.entry())
                .checkAssert(entry -> assertThat(Codec.text(entry))
                        .isEqualTo(new String(JACKSON.writerFor(Entry.class).writeValueAsBytes(entry), UTF_8)));
    }

    @Test
    void whatIsWrittenReadsBackEqual() {
        qt().withExamples(2_000)
                .forAll(Odd.entry())
                .checkAssert(
                        entry -> assertThat(Codec.entry(Codec.octets(entry))).contains(entry));
    }

    // Though its members come in whatever order.
    @Test
    void whatIsReadIsWhatJacksonReadsByItself() {
        qt().withExamples(2_000).forAll(Odd.entry()).checkAssert(entry -> {
            byte[] octets = Codec.octets(entry);
            assertThat(Codec.bound(octets)).isEqualTo(Codec.entry(octets)).contains(entry);
            String text = Codec.text(entry);
            String kind = text.substring(1, text.indexOf(',', 1) < 0 ? text.length() - 1 : text.indexOf(',', 1));
            String turned = "{" + text.substring(Math.min(text.length() - 1, kind.length() + 2), text.length() - 1)
                    + (text.length() == kind.length() + 2 ? "" : ",") + kind + "}";
            assertThat(read(turned)).contains(entry);
        });
    }

    @Test
    void entryIsOneLine() {
        qt().withExamples(1_000).forAll(Odd.entry()).checkAssert(entry -> {
            String text = new String(Codec.octets(entry), UTF_8);
            assertThat(text.indexOf('\n')).isNegative();
            assertThat(text.indexOf('\r')).isNegative();
            assertThat(text).startsWith("{").endsWith("}");
            assertThat(read(Codec.text(entry))).contains(entry);
        });
    }

    @Test
    void treeOfAnEntryIsThatEntry() {
        qt().withExamples(500)
                .forAll(Odd.entry())
                .checkAssert(entry -> assertThat(Codec.entry(Codec.tree(entry))).isEqualTo(entry));
    }

    // A text that was cut between the halves of a character must not stop the journal.
    @Test
    void halfACharacterIsKept() {
        Entry entry = new Entry.Gap(1, 1, 1, "cut here: \ud83d");
        assertThat(Codec.entry(Codec.octets(entry))).contains(entry);
    }

    @Test
    void whatIsEmptyIsLeftOut() {
        assertThat(Codec.text(new Entry.Gap(7, 0, 3, ""))).isEqualTo("{\"kind\":\"gap\",\"at\":7,\"dropped\":3}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"transaction", "session", "attempt", "gap"})
    void entryOfAnOlderPosternHasEmptyMembers(String kind) {
        Optional<Entry> entry = read("{\"kind\":\"" + kind + "\",\"at\":5}");
        assertThat(entry.map(Entry::at)).contains(5L);
        assertThat(entry.map(Codec::text).flatMap(text -> read(text))).isEqualTo(entry);
        entry.ifPresent(one -> Terms.of(one, (_, word) -> assertThat(word).isNotNull()));
    }

    @Test
    void partsOfAnOlderPosternHaveEmptyMembers() {
        var entry = (Entry.Transaction) read("{\"kind\":\"transaction\",\"caller\":{\"client\":\"192.0.2.1\"},"
            + "\"to\":[{\"path\":\"<bob@example.com>\"}],\"findings\":[{\"check\":\"iprev\"}],\"others\":[{}],\"facts\":[{\"question\":\"A"
            + " mail.example\"}]}")
                .orElseThrow();
        assertThat(entry.caller()).isEqualTo(new Entry.Caller("", false, "192.0.2.1", "", "", "", "", "", false));
        assertThat(entry.to()).containsExactly(new Entry.Recipient("<bob@example.com>", List.of(), Entry.Told.NOTHING));
        assertThat(entry.findings()).containsExactly(new Entry.Found("iprev", "", "", "", "", "", List.of()));
        assertThat(entry.others()).containsExactly(new Entry.Refused("", Entry.Told.NOTHING));
        assertThat(entry.facts()).containsExactly(new Entry.Fact("A mail.example", "", 0, 0, "", ""));
    }

    @Test
    void nullsAreEmpty() {
        assertThat(read("{\"kind\":\"attempt\",\"at\":null,\"message\":null,\"destination\":\"x\",\"tried\":null}"))
                .contains(new Entry.Attempt(0, "", "x", 0, 0, List.of()));
    }

    @Test
    void membersOfANewerPosternAreIgnored() {
        assertThat(
                        read(
                                "{\"mood\":{\"of\":[1,{\"all\":null}]},\"kind\":\"gap\",\"at\":1,\"why\":\"x\",\"colour\":\"red\"}"))
                .contains(new Entry.Gap(1, 0, 0, "x"));
    }

    @Test
    void stageOfANewerPosternIsTheFirst() {
        Entry.Transaction entry =
                (Entry.Transaction) read("{\"kind\":\"transaction\",\"session\":\"s\",\"stage\":\"AFTERLIFE\"}")
                        .orElseThrow();
        assertThat(entry.stage()).isEqualTo(Entry.Stage.CONNECTION);
        assertThat(entry.session()).isEqualTo("s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kind\":\"prophecy\",\"at\":1}",
                "{\"kind\":\"event\",\"what\":\"DREAMT\"}",
                "{\"kind\":\"event\"}",
                "{\"at\":1}",
                "{}",
                "[]",
                "null",
                "7",
                "",
                "{\"kind\":\"gap\"",
                "{\"kind\":\"gap\",\"at\":\"soon\"}",
                "{\"kind\":\"gap\",\"at\":99999999999999999999}",
                "{\"kind\":\"transaction\",\"to\":7}",
                "{\"kind\":\"transaction\",\"caller\":[]}",
                "{\"kind\":\"transaction\",\"whole\":7}",
                "{\"kind\":\"transaction\",\"to\":[7]}",
                "{\"kind\":\"transaction\",\"session\":[\"s\"]}",
                "{\"kind\":\"session\",\"messages\":3000000000}",
                "{\"kind\":\"gap\",\"at\":1}{}",
                "{\"kind\":\"gap\",\"at\":1} x",
            })
    void whatIsNotKnownIsLeftOut(String text) {
        assertThat(read(text)).isEmpty();
        assertThat(Codec.bound(text.getBytes(UTF_8))).isEmpty();
    }

    @Test
    void octetsThatAreNoJsonAreLeftOut() {
        assertThat(Codec.entry(new byte[] {(byte) 0xff, 0, '{'})).isEmpty();
        assertThat(read("{\"kind\":\"gap\",\"why\":" + "[".repeat(5_000))).isEmpty();
    }

    private static Optional<Entry> read(String text) {
        return Codec.entry(text.getBytes(UTF_8));
    }
}
