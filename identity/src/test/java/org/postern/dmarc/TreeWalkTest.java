package org.postern.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.dmarc.TreeWalk.Organisation;
import org.postern.dns.Answer;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.postern.smtp.Domain;

/** RFC 9989 §4.10. */
class TreeWalkTest {
    private static String organisation(TestZone zone, String domain) {
        return switch (new TreeWalk(zone.resolver()).organisation(new Domain(domain))) {
            case Organisation.Known known -> known.domain().name();
            case Organisation.Unknown unknown -> unknown.problem();
        };
    }

    private static List<String> asked(TestZone zone, String domain) {
        var walk = new TreeWalk(zone.resolver());
        walk.organisation(new Domain(domain));
        return walk.answers().stream()
                .map(Answer::question)
                .map(question -> question.name().text())
                .toList();
    }

    // The section's own example.
    @Test
    void aLongNameIsShortenedToSevenLabelsBehindItself() {
        assertThat(asked(new TestZone(""), "a.b.c.d.e.f.g.h.i.j.mail.example.com"))
                .containsExactly(
                        "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
                        "_dmarc.g.h.i.j.mail.example.com",
                        "_dmarc.h.i.j.mail.example.com",
                        "_dmarc.i.j.mail.example.com",
                        "_dmarc.j.mail.example.com",
                        "_dmarc.mail.example.com",
                        "_dmarc.example.com",
                        "_dmarc.com");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "6, 6", "7, 7", "8, 8", "9, 8", "30, 8", "123, 8"})
    void noNameCostsMoreThanEightQuestions(int labels, int questions) {
        assertThat(asked(new TestZone(""), "a.".repeat(labels - 1) + "a")).hasSize(questions);
    }

    // RFC 1035 §2.3.4: _dmarc before it would have more than 255 octets.
    @Test
    void aNameThatLeavesNoRoomHasNoRecord() {
        String longest =
                "a".repeat(63) + "." + "b".repeat(63) + "." + "c".repeat(63) + "." + "d".repeat(53) + ".example";
        assertThat(longest).hasSize(253);
        assertThat(asked(new TestZone(""), longest)).hasSize(4).noneMatch(name -> name.contains("aaa"));
        assertThat(organisation(new TestZone("_dmarc.example. TXT \"v=DMARC1\""), longest))
                .isEqualTo("example");
    }

    // §4.10.2, its examples and its rules.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a.mail.example.com | _dmarc.mail.example.com. TXT v=DMARC1 ; _dmarc.example.com. TXT v=DMARC1 |"
                        + " example.com",
                "a.mail.example.com | _dmarc.mail.example.com. TXT \"v=DMARC1;psd=n\" ; _dmarc.example.com. TXT"
                        + " v=DMARC1 | mail.example.com",
                "a.mail.example.com | _dmarc.com. TXT \"v=DMARC1;psd=y\" | example.com",
                "mail.example.com | _dmarc.example.com. TXT \"v=DMARC1;psd=y\" | mail.example.com",
                "a.mail.example.com | _dmarc.com. TXT \"v=DMARC1;psd=y\" ; _dmarc.mail.example.com. TXT v=DMARC1 |"
                        + " example.com",
                "example.com | _dmarc.com. TXT \"v=DMARC1;psd=y\" | example.com",
                "com | _dmarc.com. TXT \"v=DMARC1;psd=y\" | com",
                "co.uk | _dmarc.co.uk. TXT \"v=DMARC1;psd=y\" ; _dmarc.uk. TXT v=DMARC1 | co.uk",
                "a.co.uk | _dmarc.co.uk. TXT \"v=DMARC1;psd=y\" ; _dmarc.uk. TXT \"v=DMARC1;psd=y\" | a.co.uk",
                "a.example.com | _dmarc.com. TXT v=DMARC1 ; _dmarc.example.com. TXT v=DMARC1 | com",
                "a.example.com | _dmarc.com. TXT \"v=DMARC1;psd=n\" | com",
                "a.example.com | _dmarc.other.com. TXT v=DMARC1 | a.example.com",
                "a.example.com | _dmarc.example.com. TXT v=DMARC2 | a.example.com",
                // The shortened walk does not see the record between; what it sees is one label above.
                "l.k.j.i.h.g.f.e.d.c.b.a | _dmarc.g.f.e.d.c.b.a. TXT \"v=DMARC1;psd=y\" | h.g.f.e.d.c.b.a",
                "l.k.j.i.h.g.f.e.d.c.b.a | _dmarc.i.h.g.f.e.d.c.b.a. TXT \"v=DMARC1;psd=n\" | l.k.j.i.h.g.f.e.d.c.b.a",
            })
    void theOrganisationIsFound(String domain, String records, String organisation) {
        assertThat(organisation(new TestZone(records.replace(" ; ", "\n") + "\n"), domain))
                .isEqualTo(organisation);
    }

    @Test
    void whatFailsBeforeTheWalkStopsLeavesItUnknown() {
        TestZone below = new TestZone("_dmarc.example.com. TXT \"v=DMARC1; psd=n\"\n")
                .failing(RecordType.TXT, "_dmarc.mail.example.com", "SERVFAIL");
        assertThat(organisation(below, "mail.example.com")).contains("SERVFAIL");
    }

    @Test
    void whatFailsBehindWhereTheWalkStopsDoesNotMatter() {
        TestZone above = new TestZone("_dmarc.example.com. TXT \"v=DMARC1; psd=n\"\n")
                .failing(RecordType.TXT, "_dmarc.com", "SERVFAIL");
        assertThat(organisation(above, "mail.example.com")).isEqualTo("example.com");
    }
}
