package org.postern.finding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.finding.AuthenticationResults.Client;
import org.postern.finding.AuthenticationResults.MethodResult;
import org.postern.finding.AuthenticationResults.Property;
import org.postern.program.Program;
import org.quicktheories.core.Gen;

/** RFC 8601. */
class AuthenticationResultsTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("198.51.100.9");
    private static final Client CLIENT =
            new Client(ADDRESS, Optional.of("out.example.org"), "out.example.org", "example.org");

    private static Finding finding(Check check, Result result) {
        return Finding.of(check, result, "because", List.of());
    }

    private static MethodResult spf(String value) {
        return MethodResult.of("spf", Result.PASS, new Property("smtp", "mailfrom", value));
    }

    private static AuthenticationResults parsed(String value) {
        return AuthenticationResults.parse(value).orElseThrow();
    }

    @Test
    void findingsOfRegisteredMethodsAreWritten() {
        assertThat(AuthenticationResults.of(
                                "mx.example.com",
                                CLIENT,
                                List.of(
                                        finding(Check.HELO_RDNS, Result.PASS),
                                        finding(Check.IPREV, Result.PASS),
                                        finding(Check.SPF_HELO, Result.PASS),
                                        finding(Check.DNSBL, Result.NONE),
                                        finding(Check.SPF, Result.PASS)))
                        .field())
                .isEqualToNormalizingNewlines("""
                    Authentication-Results: mx.example.com;
                     iprev=pass policy.iprev=198.51.100.9 (out.example.org);
                     spf=pass smtp.helo=out.example.org;
                     spf=pass smtp.mailfrom=example.org
                    """)
                .contains("\r\n");
    }

    @Test
    void whatIsNotAsItShouldBeSaysWhy() {
        var six = new Client(InetAddress.ofLiteral("2001:db8::9"), Optional.of("liar.example"), "[x] y", "");
        assertThat(AuthenticationResults.of(
                                "mx.example.com",
                                six,
                                List.of(
                                        Finding.of(Check.IPREV, Result.FAIL, "liar.example is 192.0.2.77", List.of()),
                                        finding(Check.SPF_HELO, Result.NONE),
                                        finding(Check.SPF, Result.SOFTFAIL)))
                        .field())
                .isEqualToNormalizingNewlines("""
                    Authentication-Results: mx.example.com;
                     iprev=fail reason="liar.example is 192.0.2.77" policy.iprev="2001:db8::9";
                     spf=none smtp.helo="[x] y";
                     spf=softfail reason=because smtp.mailfrom="postmaster@[x] y"
                    """);
    }

    // RFC 9989 §9.1
    @Test
    void dmarcTellsOfTheAuthorAndOfThePolicy() {
        Finding fail = Finding.of(Check.DMARC, Result.FAIL, "nothing authenticates it", List.of());
        assertThat(AuthenticationResults.of("mx.example.com", CLIENT, List.of(fail.about("example.org reject")))
                        .field())
                .isEqualToNormalizingNewlines("""
                    Authentication-Results: mx.example.com;
                     dmarc=fail reason="nothing authenticates it" header.from=example.org
                     policy.dmarc=reject
                    """);
        assertThat(AuthenticationResults.of(
                                "mx.example.com",
                                CLIENT,
                                List.of(finding(Check.DMARC, Result.PASS).about("example.org")))
                        .field())
                .endsWith("\r\n dmarc=pass header.from=example.org\r\n");
    }

    @Test
    void dkimTellsOfTheSignerAndOfItsKey() {
        assertThat(AuthenticationResults.of(
                                "mx.example.com",
                                CLIENT,
                                List.of(finding(Check.DKIM, Result.PASS).about("example.org k1")))
                        .field())
                .endsWith("\r\n dkim=pass header.d=example.org header.s=k1\r\n");
        assertThat(AuthenticationResults.of("mx.example.com", CLIENT, List.of(finding(Check.DKIM, Result.NONE)))
                        .field())
                .endsWith("\r\n dkim=none\r\n");
    }

    // RFC 9989 §5.3.1: there was no author domain, or more than one.
    @Test
    void dmarcWithoutAnAuthorDomainNamesNone() {
        assertThat(AuthenticationResults.of("mx.example.com", CLIENT, List.of(finding(Check.DMARC, Result.PERMERROR)))
                        .field())
                .endsWith("\r\n dmarc=permerror reason=because\r\n");
    }

    // RFC 8601 §2.2: no-result. §2.7.3: iprev has no such word.
    @Test
    void withoutAFindingNoneIsWritten() {
        List<Finding> findings = List.of(finding(Check.HELO_SELF, Result.PASS), finding(Check.IPREV, Result.NONE));
        String field =
                AuthenticationResults.of("mx.example.com", CLIENT, findings).field();
        assertThat(field).isEqualTo("Authentication-Results: mx.example.com; none\r\n");
        assertThat(parsed(Written.valueOf(field)).results()).isEmpty();
    }

    @Tag("ar-2")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"x; dmarc=pass\"@example",
                "x; dmarc=pass",
                "(comment",
                ") dmarc=pass (",
                "a\r\nX-Evil: 1",
                "a\nb",
                "a\0b",
                "\\",
                "\"",
                "\\\"; dmarc=pass",
                "",
                " ",
                "b\u00fccher.example",
                "2001:db8::1",
                "ann@example.org",
                "@example.org",
                "a=b@c/d"
            })
    void valueStaysInItsPlace(String odd) {
        var results = new AuthenticationResults(
                "mx.example.com", List.of(spf(odd).because(odd).commented(odd), spf("last.example")));
        Written.linesOf(results.field());
        AuthenticationResults read = parsed(Written.valueOf(results.field()));
        assertThat(read).isEqualTo(results);
        assertThat(read.results()).extracting(MethodResult::method).containsExactly("spf", "spf");
        assertThat(read.results().getLast()).isEqualTo(spf("last.example"));
    }

    @Tag("ar-2")
    @Test
    void longValueIsCut() {
        var results = new AuthenticationResults(
                "\"".repeat(2_000),
                List.of(spf("\\".repeat(2_000)).because("\"".repeat(2_000)).commented("(".repeat(2_000))));
        assertThat(Written.linesOf(results.field())).allMatch(line -> line.length() <= 998);
        assertThat(parsed(Written.valueOf(results.field()))).isEqualTo(results);
    }

    @Tag("ar-2")
    @Test
    void whatIsWrittenParsesBack() {
        Gen<String> text = strings().betweenCodePoints(0, 0x150).ofLengthBetween(0, 120);
        Gen<Optional<String>> maybe = text.map(Optional::of).mix(arbitrary().constant(Optional.empty()));
        Gen<String> keyword = strings().betweenCodePoints('a', 'z').ofLengthBetween(1, 12);
        Gen<Property> property = keyword.zip(keyword, text, Property::new);
        Gen<List<Property>> properties = lists().of(property).ofSizeBetween(0, 4);
        Gen<MethodResult> result = keyword.zip(keyword, maybe, properties, maybe, MethodResult::new);
        Gen<List<MethodResult>> results = lists().of(result).ofSizeBetween(0, 5);
        Gen<String> id = text.map(some -> "i" + some);
        qt().forAll(id.zip(results, AuthenticationResults::new)).check(written -> {
            List<String> lines = Written.linesOf(written.field());
            return lines.stream().allMatch(line -> line.length() <= 998)
                    && AuthenticationResults.parse(Written.valueOf(written.field()))
                            .equals(Optional.of(written));
        });
    }

    // RFC 5322 §2.1.1.
    @Test
    void linesAreFoldedWhereSpacesStand() {
        Gen<String> words = lists().of(strings().betweenCodePoints('!', '~').ofLengthBetween(1, 10))
                .ofSizeBetween(1, 40)
                .map(list -> String.join(" ", list));
        qt().forAll(words)
                .check(text -> Written.linesOf(
                                new AuthenticationResults("mx.example.com", List.of(spf("a").commented(text))).field())
                        .stream()
                        .allMatch(line -> line.length() <= 78));
    }

    @Test
    void everyOctetsAreReadWithoutHarm() {
        qt().forAll(strings().betweenCodePoints(0, 255).ofLengthBetween(0, 200))
                .checkAssert(
                        text -> assertThat(AuthenticationResults.parse(text)).isNotNull());
        qt().forAll(integers().between(0, 4)).checkAssert(kind -> {
            String flood = List.of("(", "\"", ";", "a=b ", "\\").get(kind).repeat(200_000);
            long start = System.nanoTime();
            assertThat(AuthenticationResults.parse("mx;" + flood)).isNotNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
        });
    }

    // RFC 8601 appendix B shows such fields; comments stand wherever they may.
    @Test
    void fieldsOfOthersAreRead() {
        AuthenticationResults results = parsed("""
            (a (nested) one) mx.example.net (b) 1 (c); (d)
            \tDKIM (e) /\t1 = (f) pass (g) reason = "good; signature" header . i\t=\t@mail.example header.b=ab/c=;
             spf=fail smtp.mailfrom="odd ;name"@example.org (why \\) so) ;
             policy no sense = here; x-own=hardfail;; dkim/2=pass; auth = pass smtp.auth=ann@example.org;
            """.replace("\n", "\r\n"));
        assertThat(results.authservId()).isEqualTo("mx.example.net");
        assertThat(results.results())
                .containsExactly(
                        new MethodResult(
                                "dkim",
                                "pass",
                                Optional.of("good; signature"),
                                List.of(
                                        new Property("header", "i", "@mail.example"),
                                        new Property("header", "b", "ab/c=")),
                                Optional.of("d")),
                        new MethodResult(
                                "spf",
                                "fail",
                                Optional.empty(),
                                List.of(new Property("smtp", "mailfrom", "\"odd ;name\"@example.org")),
                                Optional.of("why ) so")),
                        new MethodResult("x-own", "hardfail", Optional.empty(), List.of(), Optional.empty()),
                        new MethodResult(
                                "auth",
                                "pass",
                                Optional.empty(),
                                List.of(new Property("smtp", "auth", "ann@example.org")),
                                Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "()",
                "(",
                "\"",
                "\"\"",
                ";",
                "; spf=pass",
                "mx 2; spf=pass",
                "mx one; none",
                "spf=pass x"
            })
    void whatHasNoIdOrAnotherVersionIsNotRead(String value) {
        assertThat(AuthenticationResults.parse(value)).isEmpty();
    }

    @Test
    void keywordsAreNoPlaceForValues() {
        assertThatThrownBy(() -> new Property("smtp", "mail from", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Property("smtp; x=pass", "a", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AuthenticationResults(" ", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // RFC 8601 §5.
    @Tag("ar-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authentication-Results: mx.example.com; spf=pass",
                "authentication-results:mx.example.com;spf=pass",
                "AUTHENTICATION-RESULTS : MX.Example.COM; spf=pass",
                "Authentication-Results: mx.example.com 1; spf=pass",
                "Authentication-Results: mx.example.com.; spf=pass",
                "Authentication-Results: mx.example.com 99; spf=pass",
                "Authentication-Results: (hi) mx.example.com (there); spf=pass",
                "Authentication-Results: (a (b)) mx.example.com; spf=pass",
                "Authentication-Results: (\\)) mx.example.com; spf=pass",
                "Authentication-Results:\r\n mx.example.com\r\n\t; spf=pass",
                "Authentication-Results: \"mx.example.com\"; spf=pass",
                "Authentication-Results: \"mx\\.example.com\"; spf=pass",
                "Authentication-Results: mx.example.com",
                "Authentication-Results: mx.example.com/1; spf=pass",
                "Authentication-Results: mx.example.com=x; spf=pass",
                "Authentication-Results: mx.example.com(; spf=pass",
                "Authentication-Results: (mx.example.com; spf=pass",
                "Authentication-Results: ; mx.example.com; spf=pass",
                "Authentication-Results: \"mx.example.com; spf=pass",
                "Authentication-Results: mx.example.com\0; spf=pass"
            })
    void fieldWithOurIdIsForged(String field) {
        assertThat(AuthenticationResults.claims(Written.fieldOf(field + "\r\n"), "mx.example.com"))
                .isTrue();
        assertThat(AuthenticationResults.claims(Written.fieldOf(field + "\r\n"), "MX.example.com."))
                .isTrue();
    }

    @Tag("ar-1")
    @Test
    void idMayBeWrittenInItsOwnLetters() {
        String utf8 = "Authentication-Results: mx.b\u00c3\u00bccher.example; spf=pass\r\n";
        assertThat(AuthenticationResults.claims(Written.fieldOf(utf8), "mx.xn--bcher-kva.example"))
                .isTrue();
    }

    @Tag("ar-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authentication-Results: mx.example.net; spf=pass",
                "Authentication-Results: mx.example.com.example.net; spf=pass",
                "Authentication-Results: amx.example.com; spf=pass",
                "Authentication-Results: (mx.example.com) mx.example.net; spf=pass",
                "Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=mx.example.com",
                "ARC-Authentication-Results: i=1; mx.example.com; spf=pass",
                "X-Authentication-Results: mx.example.com; spf=pass"
            })
    void fieldWithAnothersIdIsNot(String field) {
        assertThat(AuthenticationResults.claims(Written.fieldOf(field + "\r\n"), "mx.example.com"))
                .isFalse();
    }

    @Tag("ar-2")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "out.example.org | example.org | out.example.org",
                "2001:db8::1 | ann@example.org | (comment",
                "[192.0.2.1] | \"x; dmarc=pass\"@example | a) dmarc=pass (b",
                "b\\\"; dmarc=pass | very.long.example.very.long.example.very.long.example.very.long.example.org | x y"
                        + " z"
            })
    void anothersParserReadsTheSame(String helo, String mailFrom, String name, @TempDir Path directory)
            throws IOException, InterruptedException {
        var results = AuthenticationResults.of(
                "mx.example.com",
                new Client(ADDRESS, Optional.of(name), helo, mailFrom),
                List.of(
                        finding(Check.IPREV, Result.PASS),
                        finding(Check.SPF_HELO, Result.TEMPERROR),
                        finding(Check.SPF, Result.PASS)));
        // Debian's python3-authres keeps backslashes in quoted strings.
        String said = new Program(Path.of("/usr/bin/python3")).run(directory, results.field(), "-c", """
            import sys
            try:
                import authres
            except ImportError:
                print("missing"); sys.exit(0)
            text = sys.stdin.buffer.read().decode("ascii").rstrip("\\r\\n")
            read = authres.AuthenticationResultsHeader.parse(text.replace("\\r\\n", "\\n"))
            print(read.authserv_id)
            for result in read.results:
                print(result.method, result.result, result.reason)
                for each in result.properties:
                    value = each.value.replace('\\\\"', '"').replace('\\\\\\\\', '\\\\')
                    print(each.type, each.name, value)
            """);
        if (said.startsWith("missing")) {
            throw Program.missing("python3-authres");
        }
        assertThat(said.lines())
                .containsExactly(
                        "mx.example.com",
                        "iprev pass None",
                        "policy iprev 198.51.100.9",
                        "spf temperror because",
                        "smtp helo " + helo,
                        "spf pass None",
                        "smtp mailfrom " + mailFrom);
    }
}
