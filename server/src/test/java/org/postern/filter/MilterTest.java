package org.postern.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.filter.Looks.MESSAGE;
import static org.postern.filter.Looks.filter;
import static org.postern.filter.Looks.look;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.finding.Result;

/** What is told to a milter, and what becomes of what it says. The packets are those of libmilter's {@code mfdef.h}, version 6. */
class MilterTest {
    private static final int LEADING_SPACE = 0x10_0000;

    private static Outcome answered(char letter, String... answers) throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of(letter, List.of(answers)))) {
            return look(filter(milter.address()), MESSAGE);
        }
    }

    /** As {@code fail one reject}. */
    private static String said(Outcome outcome) {
        return outcome.finding().result().word() + " " + outcome.finding().subject();
    }

    // --- what it is told
    // --------------------------------------------------------------------------------------------------------------

    @Test
    void aMessageIsToldStageByStage() throws Exception {
        try (var milter = new ScriptedMilter(0, Map.of())) {
            look(filter(milter.address()), MESSAGE);
            assertThat(milter.isLeft()).isTrue();

            assertThat(milter.seen().subList(1, milter.seen().size()))
                    .containsExactly(
                            "Cmail.example.org|4\u0012g192.0.2.10|",
                            "Hhelo.example.org|",
                            "M<ann@example.org>|",
                            "R<bob@example.com>|",
                            "R<carol@example.com>|",
                            "T",
                            "LFrom|ann@example.org|",
                            "LSubject|one\n  and a fold|",
                            "N",
                            "BHello.\r\n",
                            "E",
                            "Q");
        }
    }

    @Test
    void sixIsOfferedWithWhatFiltersInsistOn() throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of())) {
            look(filter(milter.address()), MESSAGE);

            assertThat(milter.seen().getFirst()).isEqualTo("O|||\u0006|||\u00ff|\u001f\u00f7\u00ff");
        }
    }

    @Test
    void eachStageHasItsMacros() throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of())) {
            look(filter(milter.address()), MESSAGE);

            assertThat(milter.macros('C'))
                    .startsWith("Cj|mx.example.com|")
                    .contains("|{client_addr}|192.0.2.10|", "|{client_name}|mail.example.org|")
                    .doesNotContain("{mail_addr}");
            assertThat(milter.macros('H')).contains("|{tls_version}|TLSv1.3|", "|{cipher}|TLS_AES_256_GCM_SHA384|");
            assertThat(milter.macros('M')).contains("|i|m-0000000000001|", "|{mail_addr}|ann@example.org|");
            assertThat(milter.macros('R')).contains("|{rcpt_addr}|bob@example.com|", "|{rcpt_host}|example.com|");
            assertThat(milter.macros('E')).startsWith("E").contains("|i|m-0000000000001|");
        }
    }

    @Test
    void valuesKeepTheirSpaceForWhoWantsIt() throws IOException {
        try (var milter = new ScriptedMilter(LEADING_SPACE, Map.of())) {
            look(filter(milter.address()), MESSAGE);

            assertThat(milter.seen()).contains("LFrom| ann@example.org|");
        }
    }

    @Test
    void anAddressOfVersionSixIsToldAsOne() throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of())) {
            look(filter(milter.address()), Looks.transaction("2001:db8::1", "bob@example.com"), MESSAGE);

            assertThat(milter.seen()).contains("Cmail.example.org|6\u0012g2001:db8::1|");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x1, C",
        "0x2, H",
        "0x4, M",
        "0x8, R",
        "0x200, T",
        "0x20, L",
        "0x40, N",
        "0x10, B",
    })
    void stagesThatItDoesNotWantAreNotTold(String bit, char letter) throws IOException {
        try (var milter = new ScriptedMilter(Integer.decode(bit), Map.of())) {
            Outcome outcome = look(filter(milter.address()), MESSAGE);

            assertThat(said(outcome)).isEqualTo("pass one accept");
            assertThat(milter.seen())
                    .noneMatch(packet -> packet.charAt(0) == letter)
                    .hasSizeGreaterThan(7);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0x1000, 0x2000, 0x4000, 0x8000, 0x1_0000, 0x4_0000, 0x8_0000, 0xd_f080})
    void stagesThatItDoesNotAnswerAreNotWaitedFor(int bits) throws IOException {
        try (var milter = new ScriptedMilter(bits, Map.of('E', List.of("r")))) {
            assertThat(said(look(filter(milter.address()), MESSAGE))).isEqualTo("fail one reject");
        }
    }

    @Test
    void oldOnesAreNotToldData() throws IOException {
        try (var milter = new ScriptedMilter(2, 0, Map.of())) {
            assertThat(said(look(filter(milter.address()), MESSAGE))).isEqualTo("pass one accept");
            assertThat(milter.seen()).doesNotContain("T").contains("N");
        }
    }

    @Test
    void aLargeBodyComesInPiecesUpToWhereItHasSeenEnough() throws IOException {
        String large = MESSAGE + "x".repeat(998).concat("\r\n").repeat(300);
        try (var milter = new ScriptedMilter(0x400, Map.of('B', List.of("s")));
                var whole = new ScriptedMilter(0, Map.of())) {
            assertThat(said(look(filter(milter.address()), large))).isEqualTo("pass one accept");
            look(filter(whole.address()), large);

            assertThat(milter.seen())
                    .filteredOn(packet -> packet.startsWith("B"))
                    .hasSize(1);
            assertThat(whole.seen())
                    .filteredOn(packet -> packet.startsWith("B"))
                    .allMatch(packet -> packet.length() <= 65_536)
                    .extracting(packet -> packet.length() - 1)
                    .satisfies(lengths -> assertThat(
                                    lengths.stream().mapToInt(Integer::intValue).sum())
                            .isEqualTo(300_008));
        }
    }

    @Test
    void aFieldThatNoPacketHoldsIsCut() throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of())) {
            look(filter(milter.address()), "Long: " + "x".repeat(100_000) + "\r\n\r\n");

            assertThat(milter.seen())
                    .filteredOn(packet -> packet.startsWith("L"))
                    .singleElement()
                    .asString()
                    .hasSize(65_536);
        }
    }

    // --- what it says
    // ---------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "C, a, pass one accept",
        "H, r, fail one reject",
        "M, t, neutral one tempfail",
        "T, d, fail one discard",
        "L, r, fail one reject",
        "N, f, neutral one tempfail",
        "B, 4, neutral one tempfail",
        "E, c, pass one accept",
        "E, r, fail one reject",
        "E, a, pass one accept",
    })
    void anAnswerEndsItAtAnyStage(char stage, String answer, String said) throws IOException {
        assertThat(said(answered(stage, answer))).isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "y550 5.7.1 a virus: 100%% bad; fail; one reject; one refuses it: a virus: 100% bad",
                "y451 4.7.1 later; neutral; one tempfail; one would see it later: later",
                "y550; fail; one reject; one refuses it",
                "y421 bye; neutral; one tempfail; one would see it later: bye",
            })
    void itsReplyToTheClientIsSaid(String answer, String result, String subject, String text) throws IOException {
        Outcome outcome = answered('E', answer + "\0");

        assertThat(outcome.finding().result().word()).isEqualTo(result);
        assertThat(outcome.finding().subject()).isEqualTo(subject);
        assertThat(outcome.finding().text()).isEqualTo(text);
    }

    @Test
    void aReplyOfSeveralLinesIsOneSentence() throws IOException {
        assertThat(answered('M', "y550-5.7.1 one\r\n550 5.7.1 two\0").finding().text())
                .isEqualTo("one refuses it: one two");
    }

    @Test
    void whatItAddsIsOneFieldEach() throws IOException {
        Outcome outcome = answered(
                'E',
                "hX-Virus\0clean\r\nSubject: forged\0",
                "i\0\0\0\1X-Other\0a\n\tb\0",
                "hFrom\0forged@example.org\0",
                "hBad name\0x\0",
                "p",
                "c");

        assertThat(outcome.fields())
                .extracting(AddedField::text)
                .containsExactly("X-Virus: clean\r\n\tSubject: forged\r\n", "X-Other: a\r\n\tb\r\n");
        assertThat(outcome.finding().text()).isEqualTo("one accepts it; not changed for it: header fields");
    }

    @Test
    void whatItWouldChangeIsNotChangedAndIsSaid() throws IOException {
        Outcome outcome = answered('E', "bnew\0", "+<x@example.com>\0", "e<y@example.com>\0", "m\0\0\0\1A\0\0", "c");

        assertThat(outcome.finding().text())
                .isEqualTo("one accepts it; not changed for it: header fields, recipients, the body, the sender");
    }

    @Test
    void quarantineIsSaidOnceItIsDone() throws IOException {
        Outcome outcome = answered('E', "qlooks odd\0", "c");

        assertThat(said(outcome)).isEqualTo("softfail one quarantine");
        assertThat(outcome.finding().text()).isEqualTo("one wants it kept apart: looks odd");
    }

    @Test
    void aRecipientThatItRefusesIsNoRefusalOfAll() throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of('R', List.of("r")))) {
            assertThat(said(look(filter(milter.address()), MESSAGE))).isEqualTo("fail one reject");
        }
        try (var peer = new ScriptedPeer((in, out) -> {
            boolean refuse = true;
            while (true) {
                String packet = ScriptedMilter.read(in);
                if (packet.startsWith("O")) {
                    ScriptedMilter.send(out, "O\0\0\0\6\0\0\0\0\0\0\0\0");
                } else if (packet.startsWith("R") && refuse) {
                    ScriptedMilter.send(out, "r");
                    refuse = false;
                } else if (!packet.startsWith("D")) {
                    ScriptedMilter.send(out, "c");
                }
            }
        })) {
            Outcome outcome = look(filter(peer.tcp()), MESSAGE);

            assertThat(outcome.finding().text()).isEqualTo("one accepts it; it would not have 1 of the recipients");
        }
    }

    @Test
    void theEvidenceSaysWhoSaidWhat() throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of('E', List.of("y550 5.7.1 no\0")))) {
            assertThat(look(filter(milter.address()), MESSAGE).finding().evidence())
                    .singleElement()
                    .satisfies(evidence -> {
                        assertThat(evidence.server()).isEqualTo(milter.address());
                        assertThat(evidence.answer()).isEqualTo("reject no");
                        assertThat(evidence.question()).isEqualTo("content of m-0000000000001");
                        assertThat(evidence.time()).isPositive();
                    });
        }
    }

    // --- what it does wrong
    // ---------------------------------------------------------------------------------------------------------------

    private static String withScript(ScriptedPeer.Script script, Duration timeout) throws IOException {
        try (var peer = new ScriptedPeer(script)) {
            Outcome outcome = look(filter(peer.tcp(), timeout), MESSAGE);
            assertThat(said(outcome)).isEqualTo("temperror one no-answer");
            assertThat(outcome.fields()).isEmpty();
            return outcome.finding().text();
        }
    }

    @Test
    void nobodyThereIsATemperror() throws IOException {
        Outcome outcome = look(filter("tcp://" + ScriptedPeer.nobody()), MESSAGE);

        assertThat(said(outcome)).isEqualTo("temperror one no-answer");
        assertThat(look(filter("unix:/nonexistent/milter.sock"), MESSAGE)
                        .finding()
                        .result())
                .isEqualTo(Result.TEMPERROR);
    }

    @Test
    void silenceIsATemperrorOnceItsTimeIsOver() throws IOException {
        assertThat(withScript((in, _) -> in.readAllBytes(), Duration.ofMillis(200)))
                .isEqualTo("one did not answer within 200 ms");
    }

    @Test
    void progressForEverIsATemperror() throws IOException {
        assertThat(withScript(
                        (in, out) -> {
                            ScriptedMilter.read(in);
                            ScriptedMilter.send(out, "O\0\0\0\6\0\0\0\0\0\0\0\0");
                            while (true) {
                                ScriptedMilter.send(out, "p");
                            }
                        },
                        Looks.TIMEOUT))
                .startsWith("one makes no sense: more than 10000 packets");
    }

    @Test
    void anotherProtocolIsATemperror() throws IOException {
        assertThat(withScript((_, out) -> out.writeBytes("220 mx.example.com ESMTP\r\n"), Looks.TIMEOUT))
                .isEqualTo("one makes no sense: a packet of 842149920 octets");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 65_537})
    void aLengthThatNoPacketHasIsATemperror(int length) throws IOException {
        assertThat(withScript((_, out) -> out.writeInt(length), Looks.TIMEOUT))
                .isEqualTo("one makes no sense: a packet of " + (length & 0xffff_ffffL) + " octets");
    }

    @Test
    void hangingUpIsATemperrorWhereverItHappens() throws IOException {
        assertThat(withScript((_, _) -> {}, Looks.TIMEOUT)).startsWith("one does not answer");
        assertThat(withScript((_, out) -> out.writeBytes("\0\0\0\15O\0"), Looks.TIMEOUT))
                .startsWith("one does not answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "h", "hX\0", "i\0", "y250 fine\0", "ynonsense\0", "s", "q"})
    void anAnswerThatIsNoneIsATemperror(String answer) throws IOException {
        Outcome outcome = answered('E', answer);

        assertThat(said(outcome)).isEqualTo("temperror one no-answer");
        assertThat(outcome.finding().text()).startsWith("one makes no sense: ");
    }

    @Test
    void changesBeforeTheEndAreOutOfTurn() throws IOException {
        assertThat(answered('M', "hX\0y\0").finding().text())
                .isEqualTo("one makes no sense: an answer out of turn: Add");
    }

    @Test
    void optionsThatWereNotOfferedAreATemperror() throws IOException {
        try (var milter = new ScriptedMilter(0x4000_0000, Map.of());
                var later = new ScriptedMilter(7, 0, Map.of())) {
            assertThat(look(filter(milter.address()), MESSAGE).finding().text())
                    .isEqualTo("one makes no sense: it wants options that were not offered");
            assertThat(said(look(filter(later.address()), MESSAGE))).isEqualTo("temperror one no-answer");
        }
    }

    @Test
    void answersInSingleOctetsAreAnswers() throws IOException {
        try (var peer = new ScriptedPeer((in, out) -> {
            while (true) {
                String packet = ScriptedMilter.read(in);
                String answer = packet.startsWith("O")
                        ? "\0\0\0\15O\0\0\0\6\0\0\0\0\0\0\0\0"
                        : packet.startsWith("D") ? "" : packet.startsWith("E") ? "\0\0\0\1r" : "\0\0\0\1c";
                for (int i = 0; i < answer.length(); i++) {
                    out.write(answer.charAt(i));
                    out.flush();
                }
            }
        })) {
            assertThat(said(look(filter(peer.tcp()), MESSAGE))).isEqualTo("fail one reject");
        }
    }
}
