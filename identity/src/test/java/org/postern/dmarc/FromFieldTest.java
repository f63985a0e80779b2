package org.postern.dmarc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.program.Program;
import org.postern.smtp.Domain;

/** RFC 9989 §5.3.1 and §11.5: who the author is, and when nobody can say. */
@Tag("dmarc-1")
class FromFieldTest {
    /** Fields that name one domain, all of them example.org. */
    private static final List<String> GOOD = List.of(
            "From: ann@example.org",
            "From:ann@example.org",
            "from: ann@EXAMPLE.org",
            "FROM: <ann@example.org>",
            "From: Ann Example <ann@example.org>",
            "From: Ann Q. Public <ann@example.org>",
            "From: \"Example, Ann (Sales)\" <ann@example.org>",
            "From: \"Ann \\\"The\\\\Cat\\\"\" <ann@example.org>",
            "From: \"\"<ann@example.org>",
            "From: ann@example.org (Ann Example)",
            "From: (Ann) ann@example.org",
            "From: Ann (at work (today)) Example <ann@example.org>",
            "From: ann@example.org (\\( not nested)",
            "From: ann@example.org, bob@example.org",
            "From: Ann <ann@example.org> , \"Bob\" <bob@EXAMPLE.ORG>",
            "From:\r\n ann@example.org",
            "From: Ann\r\n\tExample\r\n <ann@example.org>",
            "From: Ann < ann@example.org >",
            "From: \"ann example\"@example.org",
            "From: abc..d.@example.org",
            "From: o'neil+a=b/c@example.org",
            // RFC 9989 §11.4: what a display name says is no matter of DMARC's.
            "From: \"ann@bank.example\" <ann@example.org>",
            "From: \"Ann <ann@bank.example>\" <ann@example.org>",
            "From: \"ann@bank.example via list\" <ann@example.org>",
            "From: =?utf-8?q?ann=40bank=2Eexample?= <ann@example.org>",
            "From: =?utf-8?b?QW5uIDxhbm5AYmFuay5leGFtcGxlPg==?= <ann@example.org>",
            "From: J\u00fcrgen M\u00fcller <ann@example.org>",
            "From: j\u00fcrgen@example.org");

    private static FromField read(String lines) {
        return read((lines + "\r\n").getBytes(UTF_8));
    }

    private static FromField read(byte[] header) {
        return FromField.of(Headers.of(header));
    }

    private static String reason(String lines) {
        return reason((lines + "\r\n").getBytes(UTF_8));
    }

    private static String reason(byte[] header) {
        FromField read = read(header);
        assertThat(read).isInstanceOf(FromField.Unusable.class);
        return ((FromField.Unusable) read).reason();
    }

    @Test
    void oneDomainIsFoundWhereItMayStand() {
        for (String field : GOOD) {
            assertThat(read(field)).as(field).isEqualTo(new FromField.One(new Domain("example.org")));
            assertThat(read("Subject: x\r\n" + field + "\r\nTo: bob@else.example"))
                    .as(field)
                    .isEqualTo(new FromField.One(new Domain("example.org")));
        }
    }

    // RFC 9989 §5.3.1, RFC 5890 §2.3
    @Test
    void uLabelsBecomeALabels() {
        assertThat(read("From: ann@m\u00fcller.example"))
                .isEqualTo(new FromField.One(new Domain("xn--mller-kva.example")))
                .hasToString("One[domain=xn--mller-kva.example]");
        assertThat(read("From: ann@M\u00dcLLER.example, bob@xn--mller-kva.example"))
                .isEqualTo(new FromField.One(new Domain("xn--mller-kva.example")));
    }

    // RFC 9989 §5.3.1: not exempt.
    @Test
    void publicSuffixesAndSingleLabelsAreDomainsToo() {
        assertThat(read("From: registry@co.uk")).isEqualTo(new FromField.One(new Domain("co.uk")));
        assertThat(read("From: registry@example")).isEqualTo(new FromField.One(new Domain("example")));
    }

    @Test
    void severalDomainsAreSeveral() {
        assertThat(read("From: ann@example.org, Bob <bob@b.example>, c@EXAMPLE.org"))
                .isEqualTo(new FromField.Several(List.of(new Domain("example.org"), new Domain("b.example"))));
        // A subdomain is another one.
        assertThat(read("From: ann@example.org, bob@mail.example.org")).isInstanceOf(FromField.Several.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Subject: x",
                "Sender: ann@example.org",
                "Resent-From: ann@example.org",
                "X-From: ann@example.org",
                // The first line of an mbox.
                "From ann@example.org Sat Nov 28 15:31:00 2026\r\nSubject: x"
            })
    void withoutFromThereIsNoAuthor(String lines) {
        assertThat(reason(lines)).isEqualTo("the message has no From field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "From: ann@example.org\r\nFrom: ann@evil.example",
                "From: ann@example.org\r\nSubject: x\r\nFROM : ann@example.org",
                "From: ann@example.org\r\nfrom:",
                "From: ann@example.org\r\nFrom: nonsense",
            })
    void aSecondFromVoidsBoth(String lines) {
        assertThat(reason(lines)).isEqualTo("the message has more than one From field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " From: ann@evil.example\r\nFrom: ann@example.org",
                "From: ann@example.org\r\nFrom\0: ann@evil.example",
                "From: ann@example.org\r\nF\0rom: ann@evil.example",
                "From: ann@example.org\r\nFrom\u0001 : ann@evil.example",
                "From: ann@example.org\r\nFr om: ann@evil.example",
                "\ufeffFrom: ann@evil.example\r\nFrom: ann@example.org",
                "From: ann@example.org\r\n\u00a0From: ann@evil.example",
                "From: ann@example.org\r\nSubject: x\rFrom: ann@evil.example",
                "From: ann@example.org\r\nSubject: x\r\r \rfRoM\t: ann@evil.example",
                "\u0007From: ann@evil.example"
            })
    void whatOthersMayTakeForAFromFieldVoidsIt(String lines) {
        assertThat(reason(lines))
                .isEqualTo("a line of the header is no field of that name, but may be taken for a From field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Subject: x\r\n From: bob@else.example",
                "Subject: From: bob@else.example",
                "Frommage: From: x",
                "Resent-From: bob@else.example",
                "From-Line: x",
                "Subject: x\r--From: y",
                "a line without a colon"
            })
    void otherFieldsMaySayFrom(String line) {
        assertThat(read("From: ann@example.org\r\n" + line)).isInstanceOf(FromField.One.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | has an entry without an address",
                "Ann Example | has an entry without an address",
                "ann@example.org, | has an entry without an address",
                ", ann@example.org | has an entry without an address",
                "ann@example.org,, bob@example.org | has an entry without an address",
                "Ann, Bob <ann@example.org> | has an entry without an address",
                "<> | has a character where none of its kind may stand",
                "Ann <> | has a character where none of its kind may stand",
                "<ann> | has something other than an address in angle brackets",
                "@example.org | has an address without a local part",
                "Ann <@example.org> | has a route in an address",
                "Ann <@a.example,@b.example:ann@example.org> | has a route in an address",
                "Authors: ann@example.org, bob@example.org; | has a group",
                "undisclosed:; | has a group",
                "Undisclosed Authors:; | has a group",
                "ann@example.org; | has more behind an address",
                "ann@example.org; bob@evil.example | has more behind an address",
                "ann@example.org ann@evil.example | has more behind an address",
                "ann@example.org <ann@example.org> | has more behind an address",
                "ann@example.org <ann@evil.example> | has more behind an address",
                "<ann@example.org> <ann@evil.example> | has more behind an address",
                "<ann@example.org> Ann | has more behind an address",
                "<ann@example.org>> | has more behind an address",
                "ann@example.org@evil.example | has more behind an address",
                "Ann ann@example.org | has an address outside of angle brackets behind a name",
                "\"Ann\" ann@example.org | has an address outside of angle brackets behind a name",
                "bank.example \"x\"@example.org | has an address outside of angle brackets behind a name",
                "Ann <<ann@example.org>> | has a character where none of its kind may stand",
                "Ann <ann@example.org | has something other than an address in angle brackets",
                "Ann <ann@example.org@evil.example> | has something other than an address in angle brackets",
                "Ann <ann@example.org (work)> | has something other than an address in angle brackets",
                "Ann <ann(work)@example.org> | has something other than an address in angle brackets",
                "Ann <ann@example.org ,bob@evil.example> | has something other than an address in angle brackets",
                "Ann <ann @example.org> | has something other than an address in angle brackets",
                "ann @example.org | has an address without a local part",
                "ann@ example.org | has no domain in an address: a domain name is missing",
                "ann@evil.example .example.org | has more behind an address",
                "ann@example.org(Ann) | has a comment inside an address",
                "ann@(evil.example)example.org | has no domain in an address: a domain name is missing",
                "ann@example.org (ann@evil.example) | has a comment that looks like an address",
                "ann@example.org (<evil.example>) | has a comment that looks like an address",
                "(ann@evil.example) ann@example.org | has a comment that looks like an address",
                "ann@example.org (\\@evil.example) | has a comment that looks like an address",
                "ann@example.org (Ann | has a comment without an end",
                "ann@example.org ((Ann) | has a comment without an end",
                "ann@example.org (Ann\\) | has a comment without an end",
                "ann@example.org (Ann\\ | has a comment without an end",
                "ann@example.org Ann) | has more behind an address",
                "Ann) <ann@example.org> | has a character where none of its kind may stand",
                "\"Ann <ann@example.org> | has a quoted string without an end",
                "\"Ann\\\" <ann@example.org> | has a quoted string without an end",
                "\"Ann\\ | has a quoted string without an end",
                "Ann\\ <ann@example.org> | has a character where none of its kind may stand",
                "[Ann] <ann@example.org> | has a character where none of its kind may stand",
                "\"ann@bank.example\"@example.org | has specials in a quoted local part",
                "\"ann@bank.example>\"@example.org | has specials in a quoted local part",
                "<\"ann,bob\"@example.org> | has specials in a quoted local part",
                "\"a\\\"b\"@example.org | has specials in a quoted local part",
                "=?utf-8?q?ann=40bank.example=00?=@example.org | has an encoded word in an address",
                "<=?utf-8?b?YW5uQGJhbmsuZXhhbXBsZQ==?=@example.org> | has an encoded word in an address",
                "\"=?utf-8?q?ann?=\"@example.org | has an encoded word in an address",
                "=?utf-8?q?ann=40example.org?= | has an entry without an address",
                "ann@[192.0.2.1] | has an address literal, which is in no domain",
                "ann@example.org. | has no domain in an address: a label between the dots is empty",
                "ann@example..org | has no domain in an address: a label between the dots is empty",
                "ann@-a.example.org | has no domain in an address: a label neither begins nor ends with a hyphen",
                "ann@=?utf-8?q?example.org?= | has no domain in an address: a label has letters, digits and hyphens"
                        + " only",
                "ann@example\u3002org | has a domain that DNS has no form of",
                "ann@\uff45xample.org | has a domain that DNS has no form of",
                "ann@stra\u00dfe.example | has a domain that DNS has no form of",
                "ann@\u212aelvin.example | has a domain that DNS has no form of",
                "ann@\ud83d\ude00\u200d.example | has a domain that DNS has no form of",
            })
    void whatCouldBeReadTwoWaysIsUnusable(String body, String reason) {
        assertThat(reason("From: " + body)).isEqualTo("the From field " + reason);
    }

    @Test
    void octetsThatNoProgramReadsAlikeAreUnusable() {
        for (String body : List.of(
                "ann\0@example.org", "Ann\u000b <ann@example.org>", "a\u007f@example.org", "ann@example.org\r")) {
            assertThat(reason("From: " + body)).as(body).isEqualTo("the From field has a control character");
        }
        // RFC 6532 §3.1: C1 controls as well.
        assertThat(reason("From: \u0085 <ann@example.org>")).isEqualTo("the From field has a control character");
        assertThat(reason("From: ann@m\u00fcller.example\r\n".getBytes(ISO_8859_1)))
                .isEqualTo("the From field has octets that are neither ASCII nor UTF-8");
        // Overlong: an @ for who does not look.
        assertThat(reason("From: ann\u00c1\u0080evil.example <ann@example.org>\r\n".getBytes(ISO_8859_1)))
                .isEqualTo("the From field has octets that are neither ASCII nor UTF-8");
        for (String body :
                List.of("Ann\r\n \r\n <ann@example.org>", "ann@example.org\r\n\t ", "\r\n \r\n ann@example.org")) {
            assertThat(reason("From: " + body)).as(body).isEqualTo("the From field has a line of white space alone");
        }
        assertThat(reason("From: ann@example.org\r\n ".getBytes(UTF_8)))
                .isEqualTo("the From field has a line of white space alone");
        assertThat(reason("From : ann@example.org")).isEqualTo("the From field has white space before its colon");
        // A fold inside an address.
        assertThat(reason("From: <ann@\r\n example.org>")).startsWith("the From field has no domain in an address");
        assertThat(reason("From: ann@evil.example\r\n .example.org"))
                .isEqualTo("the From field has more behind an address");
    }

    @Test
    void aHundredAuthorsAreRead() {
        String hundred = "a@example.org" + ", a@example.org".repeat(99);
        assertThat(read("From: " + hundred)).isInstanceOf(FromField.One.class);
        assertThat(reason("From: " + hundred + ", a@example.org"))
                .isEqualTo("the From field names more than 100 authors");
    }

    /** A header may have 256 KiB; whatever grew with its square would take minutes for 8 MiB. */
    @Test
    void timeIsLinear() {
        int many = 8 << 20;
        for (String one : List.of(
                "(", ")", "\"", "\\", "a ", "a@b,", "<", "a@", ".", "=?", "(\\", "\r\n a", "\r", "\r ", "\u00fc")) {
            for (String body :
                    List.of(one.repeat(many / one.length()), "a@b.example (" + one.repeat(many / one.length()))) {
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> read("From: " + body));
            }
        }
        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> read("Subject: " + "\r From".repeat(many / 6) + "\r\nFrom: a@b.example"));
    }

    @Test
    void outcomesHoldNoNonsense() {
        assertThatThrownBy(() -> new FromField.Several(List.of(new Domain("a.example"), new Domain("A.example"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FromField.One(new Domain("stra\u00dfe.example")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whateverIsWrittenInProperFormIsRead() {
        qt().forAll(longs().all(), integers().between(1, 5)).checkAssert((seed, count) -> {
            var random = new Random(seed);
            var mailboxes = new ArrayList<String>();
            var domains = new ArrayList<Domain>();
            for (int i = 0; i < count; i++) {
                var domain = new Domain("d" + random.nextInt(3) + ".example");
                String address = "a" + random.nextInt(100) + "@" + domain;
                domains.add(domain);
                mailboxes.add(
                        switch (random.nextInt(5)) {
                            case 0 -> address;
                            case 1 -> "<" + address + ">";
                            case 2 -> "Ann \"B, <x@y.example>\" <" + address + ">";
                            case 3 -> address + " (Ann)";
                            default -> "\r\n (Ann (B)) Ann <\t" + address + " >\r\n ";
                        });
            }
            FromField read = read("From: " + String.join(",", mailboxes) + " (end)");
            List<Domain> distinct = domains.stream().distinct().toList();
            assertThat(read)
                    .isEqualTo(
                            distinct.size() == 1
                                    ? new FromField.One(distinct.getFirst())
                                    : new FromField.Several(distinct));
        });
    }

    /** A reader that we did not write sees the same domain in each field that we take. */
    @Test
    void pythonSeesTheSameDomain(@TempDir Path directory) throws IOException, InterruptedException {
        var fields = new ArrayList<String>();
        for (String field : GOOD) {
            fields.add(field.replace("\r\n", "\\r\\n"));
        }
        String said = new Program(Path.of("/usr/bin/python3")).run(directory, String.join("\n", fields), "-c", """
            import sys, email, email.policy
            sys.stdin.reconfigure(encoding='utf-8')
            for line in sys.stdin.read().split('\\n'):
                octets = (line.replace('\\\\r\\\\n', '\\r\\n') + '\\r\\n\\r\\n').encode('utf-8')
                message = email.message_from_bytes(octets, policy=email.policy.SMTPUTF8)
                print(','.join(sorted(set(a.domain.lower() for a in message['from'].addresses))))
            """);
        assertThat(said.lines().toList()).hasSize(GOOD.size());
        for (int i = 0; i < GOOD.size(); i++) {
            assertThat(said.lines().toList().get(i)).as(GOOD.get(i)).isEqualTo("example.org");
        }
    }
}
