package org.postern.begin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.begin.Standing.Kind;
import org.postern.begin.Standing.State;
import org.postern.config.Config;
import org.postern.dns.Question;
import org.postern.dns.TestZone;
import org.postern.signing.MadeKey;
import org.postern.signing.MadeKeys;
import org.postern.smtp.Domain;

/** What is said of DNS as it stands: each record right, missing, another, or not known. */
class DnsLookTest {
    private static final InetAddress V4 = InetAddress.ofLiteral("192.0.2.10");
    private static final InetAddress V6 = InetAddress.ofLiteral("2001:db8::10");
    private static final String CONFIG = """
        hostname = "mx.example.com"
        data = "/var/lib/postern"
        [domains."example.com"]
        mailboxes = ["ann"]
        [[routes]]
        to = "*"
        via = "mx"
        """;
    private static final String RIGHT = """
        mx.example.com. A 192.0.2.10
        mx.example.com. TXT "v=spf1 a -all"
        10.2.0.192.in-addr.arpa. PTR mx.example.com.
        example.com. MX 10 mx.example.com.
        example.com. TXT "v=spf1 mx ~all"
        _dmarc.example.com. TXT "v=DMARC1; p=none"
        """;

    @TempDir
    private Path directory;

    private List<MadeKey> keys = List.of();

    @BeforeEach
    void makeKeys() throws IOException {
        keys = new MadeKeys(directory).make(new Domain("example.com"), LocalDate.of(2026, 11, 29));
    }

    private DnsLook look(String toml, TestZone zone, List<InetAddress> said) {
        Config.Result result = Config.of(toml, Path.of("/etc/postern/postern.toml"));
        assertThat(result).isInstanceOf(Config.Result.Valid.class);
        Config config = ((Config.Result.Valid) result).config();
        return DnsLook.at(new DnsLook.Subject(config, said, Set.of(), keys), zone.resolver(), Clock.systemUTC());
    }

    private DnsLook look(String records) {
        return look(CONFIG, new TestZone(records + keyRecords()), List.of(V4));
    }

    private String keyRecords() {
        var lines = new StringBuilder();
        keys.forEach(key -> lines.append(key.zoneLine()).append('\n'));
        return lines.toString();
    }

    private static Standing one(DnsLook look, Kind kind, String name) {
        return look.standings().stream()
                .filter(standing -> standing.kind() == kind && standing.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(look.standings().toString()));
    }

    @Test
    void whereAllStandsThereIsNothingToPublish() {
        DnsLook look = look(RIGHT);
        assertThat(look.standings())
                .as("%s", look.standings())
                .allMatch(Standing::isRight)
                .hasSize(8);
        assertThat(look.isRight()).isTrue();
        assertThat(look.toPublish(true)).isEmpty();
        assertThat(look.toPublish(false)).isEmpty();
    }

    /** What is to be published where there is nothing makes all right. */
    @Test
    void whatIsPrintedMakesAllRight() {
        for (List<InetAddress> said : List.of(List.of(V4), List.of(V6), List.of(V4, V6))) {
            DnsLook before = look(CONFIG, new TestZone(""), said);
            assertThat(before.standings()).extracting(Standing::state).containsOnly(State.MISSING);
            var lines = new ArrayList<>(before.toPublish(false));
            lines.addAll(before.toPublish(true));
            DnsLook after = look(CONFIG, new TestZone(String.join("\n", lines) + "\n"), said);
            assertThat(after.isRight()).as("%s", after.standings()).isTrue();
        }
    }

    @Test
    void addressThatIsNotOursIsAnother() {
        Standing other = one(look(RIGHT.replace("A 192.0.2.10", "A 192.0.2.99")), Kind.A, "mx.example.com");
        assertThat(other.state()).isEqualTo(State.OTHER);
        assertThat(other.found()).isEqualTo("192.0.2.99");
        assertThat(other.publish()).containsExactly("mx.example.com. IN A 192.0.2.10");
        Standing more = one(look(RIGHT + "mx.example.com. A 192.0.2.99\n"), Kind.A, "mx.example.com");
        assertThat(more.state()).isEqualTo(State.OTHER);
        assertThat(more.publish()).isEmpty();
    }

    // RFC 2181 §10.3: what an MX names is no alias.
    @Test
    void hostThatIsAnAliasIsNotRight() {
        Standing alias = one(
                look(RIGHT.replace("mx.example.com. A ", "real.example.com. A ")
                        .replace("mx.example.com. TXT \"v=spf1 a -all\"", "mx.example.com. CNAME real.example.com.")),
                Kind.A,
                "mx.example.com");
        assertThat(alias.state()).isEqualTo(State.OTHER);
        assertThat(alias.note()).contains("is an alias (CNAME)");
    }

    @Test
    void addressWithAnotherNameIsToBeRenamedByItsOwner() {
        DnsLook look = look(RIGHT.replace("PTR mx.example.com", "PTR host10.provider.example"));
        Standing pointer = one(look, Kind.PTR, "10.2.0.192.in-addr.arpa");
        assertThat(pointer.state()).isEqualTo(State.OTHER);
        assertThat(pointer.note()).isEqualTo("the name of 192.0.2.10 should be mx.example.com");
        assertThat(look.toPublish(true)).containsExactly("10.2.0.192.in-addr.arpa. IN PTR mx.example.com.");
        assertThat(look.toPublish(false)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10 other.example.net., OTHER, mail goes there until this takes its place",
        "0 ., OTHER, it says that the domain takes no mail: put this in its place",
        "10 MX.example.com., RIGHT, ''"
    })
    void exchangeIsThisHost(String data, State state, String note) {
        Standing exchange = one(look(RIGHT.replace("MX 10 mx.example.com.", "MX " + data)), Kind.MX, "example.com");
        assertThat(exchange.state()).isEqualTo(state);
        assertThat(exchange.note()).isEqualTo(note);
        assertThat(exchange.publish())
                .hasSize(state == State.RIGHT ? 0 : 1)
                .allMatch("example.com. IN MX 10 mx.example.com."::equals);
    }

    @Test
    void othersBeforeThisHostAreToldOf() {
        assertThat(one(look(RIGHT + "example.com. MX 5 first.example.net.\n"), Kind.MX, "example.com")
                        .note())
                .contains("get the mail first");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v=spf1 ip4:192.0.2.0/24 -all | RIGHT | | ",
                "v=spf1 ip4:192.0.2.99 -all | OTHER | does not permit 192.0.2.10 | v=spf1 ip4:192.0.2.10"
                        + " ip4:192.0.2.99 -all",
                "v=spf1 -all | OTHER | does not permit 192.0.2.10 | v=spf1 ip4:192.0.2.10 -all",
                "v=spf1 nonsense -all | OTHER | can't be read | v=spf1 mx ~all"
            })
    void senderPolicyPermitsThisHost(String record, State state, String note, String publish) {
        Standing spf = one(look(RIGHT.replace("v=spf1 mx ~all", record)), Kind.SPF, "example.com");
        assertThat(spf.state()).isEqualTo(state);
        assertThat(spf.note()).contains(note == null ? "" : note);
        assertThat(spf.publish())
                .isEqualTo(publish == null ? List.of() : List.of("example.com. IN TXT \"" + publish + "\""));
    }

    // RFC 7208 §4.5.
    @Test
    void twoSenderPoliciesAreNone() {
        Standing spf = one(look(RIGHT + "example.com. TXT \"v=spf1 -all\"\n"), Kind.SPF, "example.com");
        assertThat(spf.state()).isEqualTo(State.OTHER);
        assertThat(spf.note()).contains("only one such record may stand there");
    }

    @Test
    void otherTextsAreNoSenderPolicy() {
        Standing spf = one(
                look(RIGHT.replace("v=spf1 mx ~all", "v=spf10 mx") + "example.com. TXT \"verification=1\"\n"),
                Kind.SPF,
                "example.com");
        assertThat(spf.state()).isEqualTo(State.MISSING);
    }

    @Test
    void whatASmarthostSendsFromIsItsOwnersToSay() {
        String toml = CONFIG.replace("via = \"mx\"", "via = \"smtp://smart.example.net:587\"");
        DnsLook look = look(toml, new TestZone(keyRecords()), List.of(V4));
        Standing spf = one(look, Kind.SPF, "example.com");
        assertThat(spf.publish()).containsExactly("example.com. IN TXT \"v=spf1 mx a:smart.example.net ~all\"");
        assertThat(spf.note()).contains("ask who runs it which include:");
        assertThat(look.standings())
                .noneMatch(one -> one.kind() == Kind.SPF && one.name().equals("mx.example.com"));
    }

    @Test
    void nameThatIsADomainTooHasOneSenderPolicy() {
        String toml = CONFIG.replace("hostname = \"mx.example.com\"", "hostname = \"example.com\"");
        assertThat(look(toml, new TestZone(""), List.of(V4)).standings())
                .filteredOn(one -> one.kind() == Kind.SPF)
                .hasSize(1);
    }

    @Test
    void keyOfAnotherIsAnother() {
        String name = keys.getFirst().name().text();
        DnsLook look = look(CONFIG, new TestZone(RIGHT + name + ". TXT \"v=DKIM1; k=rsa; p=AAAA\"\n"), List.of(V4));
        assertThat(one(look, Kind.DKIM, name).state()).isEqualTo(State.OTHER);
        assertThat(one(look, Kind.DKIM, keys.getLast().name().text()).state()).isEqualTo(State.MISSING);
        assertThat(look.toPublish(false))
                .containsExactly(keys.getFirst().zoneLine(), keys.getLast().zoneLine());
    }

    @Test
    void domainWithoutKeysIsTold() {
        keys = List.of();
        Standing none = one(look(RIGHT), Kind.DKIM, "example.com");
        assertThat(none.state()).isEqualTo(State.MISSING);
        assertThat(none.note()).isEqualTo("make some: postern dkim new example.com");
    }

    // RFC 9989 §4.10.
    @Test
    void policyOfTheOrganisationCountsForWhatIsBelow() {
        String toml = CONFIG.replace("domains.\"example.com\"", "domains.\"mail.example.com\"");
        Standing policy = one(
                look(toml, new TestZone("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"), List.of(V4)),
                Kind.DMARC,
                "_dmarc.mail.example.com");
        assertThat(policy.state()).isEqualTo(State.RIGHT);
        assertThat(policy.found()).isEqualTo("the policy of example.com");
    }

    @Test
    void severalPoliciesAreNone() {
        Standing policy =
                one(look(RIGHT + "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"), Kind.DMARC, "_dmarc.example.com");
        assertThat(policy.state()).isEqualTo(State.OTHER);
        assertThat(policy.note()).contains("none counts");
    }

    @Test
    void whatCantBeAskedIsNotKnownAndPrintedAllTheSame() {
        var asked = new ArrayList<Question>();
        Config config = ((Config.Result.Valid) Config.of(CONFIG, Path.of("/etc/postern/postern.toml"))).config();
        DnsLook look = DnsLook.at(
                new DnsLook.Subject(config, List.of(V4), Set.of(), keys),
                questions -> {
                    asked.addAll(questions);
                    return questions.stream()
                            .map(question -> org.postern.dns.Answer.failed(question, "nobody answers"))
                            .toList();
                },
                Clock.systemUTC());
        assertThat(look.standings()).extracting(Standing::state).containsOnly(State.UNKNOWN);
        assertThat(look.standings()).allMatch(one -> !one.publish().isEmpty());
        // Nobody who is mute is asked twice.
        assertThat(asked).doesNotHaveDuplicates();
    }

    @Test
    void namesOfInnerNetsAreNotAskedAbout() {
        String toml = CONFIG.replace("mx.example.com", "mx.internal");
        DnsLook look = look(toml, new TestZone(""), List.of(V4));
        assertThat(look.remarks()).singleElement().asString().startsWith("nothing is asked about mx.internal");
        assertThat(look.standings()).noneMatch(one -> one.name().contains("internal"));
        assertThat(one(look, Kind.MX, "example.com").note()).contains("a name that the world can find");
        assertThat(look.isRight()).isFalse();
    }
}
