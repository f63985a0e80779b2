package org.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.config.Config.Result;
import org.postern.dns.DnsName;
import org.postern.dnsbl.ListZone;
import org.postern.dnsbl.ListZone.Codes;
import org.postern.finding.Check;
import org.postern.policy.Action;
import org.postern.policy.AddressPattern;
import org.postern.policy.Condition;
import org.postern.policy.Greylist;
import org.postern.policy.ListRule;
import org.postern.policy.Net;
import org.postern.policy.OwnLists;
import org.postern.policy.PolicyException;
import org.postern.policy.Profile;
import org.postern.policy.WelcomeList;
import org.postern.policy.Wildcard;

/** {@code [policy]}. */
class PolicyConfigTest {
    private static final String WHOLE = """
        [policy]
        profile = "strict"
        decide-at = "greeting"
        banner-delay = "2s"
        received-spf = true
        [policy.checks]
        iprev = "note"
        helo-fqdn = { fail = "greylist" }
        spf = { fail = "reject", softfail = "quarantine", temperror = "defer" }
        [[policy.dnsbl]]
        zone = "Zen.dnsbl.test"
        codes = { "127.0.0.2-127.0.0.11" = "reject", "127.0.0.12" = "quarantine" }
        [[policy.dnsbl]]
        zone = "other.test"
        codes = { "127.0.0.2" = "note" }
        [[policy.dnswl]]
        zone = "wl.test"
        codes = ["127.0.2.1-127.0.20.3", "127.0.1.1"]
        [[policy.dnswl]]
        zone = "wl2.test"
        codes = ["127.0.2.1"]
        checks = ["iprev", "dnsbl"]
        [[policy.exceptions]]
        client = "192.0.2.0/24"
        greeting = "*.partner.example"
        sender = "ann@partner.example"
        recipient = "example.com"
        checks = ["helo-self"]
        [[policy.exceptions]]
        client = "2001:db8::/32"
        [policy.allow]
        clients = ["192.0.2.0/24"]
        greetings = ["mail.partner.example"]
        senders = ["ann@partner.example", "*.partner.example"]
        recipients = ["abuse@example.com"]
        files = ["allow.list"]
        [policy.deny]
        clients = ["198.51.100.7"]
        files = ["/var/deny.list", "more.list"]
        [policy.greylist]
        delay = "1m"
        window = "1d"
        pass = "30d"
        [limits]
        greylist-entries = 7
        """;

    private static Judging judging(String toml) {
        return read(toml).judging();
    }

    private static Config read(String toml) {
        Result result = Config.parse(toml, Path.of("postern.toml"), Path.of("/etc/postern"));
        assertThat(result).as(toml).isInstanceOf(Result.Valid.class);
        return ((Result.Valid) result).config();
    }

    private static List<String> mistakes(String toml) {
        return Config.parse(toml, Path.of("postern.toml"), Path.of("/etc/postern")) instanceof Result.Invalid invalid
                ? invalid.mistakes().stream().map(Mistake::toString).toList()
                : List.of();
    }

    private static Codes codes(String text) {
        return Codes.parse(text).orElseThrow();
    }

    private static ListRule.Row row(String codes, Action action) {
        return new ListRule.Row(codes(codes), action);
    }

    // --- what is read
    // ------------------------------------------------------------------------------------------------------------------

    @Test
    void withoutItStrangersAreJudgedByTheStandardProfile() {
        assertThat(judging("")).isEqualTo(Judging.DEFAULT);
        assertThat(Judging.DEFAULT.policy().profile()).isEqualTo(Profile.STANDARD);
    }

    @Test
    void checksAreReadWithTheirActions() {
        assertThat(judging(WHOLE).policy().actions())
                .isEqualTo(Map.of(
                        Check.IPREV, Map.of(org.postern.finding.Result.FAIL, Action.NOTE),
                        Check.HELO_FQDN, Map.of(org.postern.finding.Result.FAIL, Action.GREYLIST),
                        Check.SPF,
                                Map.of(
                                        org.postern.finding.Result.FAIL, Action.REJECT,
                                        org.postern.finding.Result.SOFTFAIL, Action.QUARANTINE,
                                        org.postern.finding.Result.TEMPERROR, Action.DEFER)));
    }

    @Test
    void zonesAreReadInTheirOrder() {
        assertThat(judging(WHOLE).policy().blockLists())
                .containsExactly(
                        ListRule.of(
                                new DnsName("zen.dnsbl.test"),
                                List.of(
                                        row("127.0.0.2-127.0.0.11", Action.REJECT),
                                        row("127.0.0.12", Action.QUARANTINE))),
                        ListRule.of(new DnsName("other.test"), List.of(row("127.0.0.2", Action.NOTE))));
        assertThat(judging(WHOLE).policy().welcomeLists())
                .containsExactly(
                        new WelcomeList(
                                new ListZone(
                                        new DnsName("wl.test"),
                                        List.of(codes("127.0.2.1-127.0.20.3"), codes("127.0.1.1"))),
                                Set.of(Check.DNSBL)),
                        new WelcomeList(
                                new ListZone(new DnsName("wl2.test"), List.of(codes("127.0.2.1"))),
                                Set.of(Check.IPREV, Check.DNSBL)));
    }

    @Test
    void exceptionsAreReadInTheirOrder() {
        assertThat(judging(WHOLE).policy().exceptions())
                .containsExactly(
                        new PolicyException(
                                new Condition(
                                        Net.parse("192.0.2.0/24"),
                                        Wildcard.parse("*.partner.example"),
                                        AddressPattern.parse("ann@partner.example"),
                                        AddressPattern.parse("example.com")),
                                Set.of(Check.HELO_SELF)),
                        new PolicyException(
                                Condition.ofClient(Net.parse("2001:db8::/32").orElseThrow()), Set.of()));
    }

    @Test
    void listsAreReadAndTheirFilesFoundBesideTheConfiguration() {
        Judging judging = judging(WHOLE);

        assertThat(judging.lists())
                .isEqualTo(new OwnLists(
                        List.of(
                                Condition.ofClient(Net.parse("192.0.2.0/24").orElseThrow()),
                                Condition.ofGreeting(
                                        Wildcard.parse("mail.partner.example").orElseThrow()),
                                Condition.ofSender(AddressPattern.parse("ann@partner.example")
                                        .orElseThrow()),
                                Condition.ofSender(AddressPattern.parse("*.partner.example")
                                        .orElseThrow()),
                                Condition.ofRecipient(AddressPattern.parse("abuse@example.com")
                                        .orElseThrow())),
                        List.of(Condition.ofClient(Net.parse("198.51.100.7").orElseThrow()))));
        assertThat(judging.allowFiles()).containsExactly(Path.of("/etc/postern/allow.list"));
        assertThat(judging.denyFiles()).containsExactly(Path.of("/var/deny.list"), Path.of("/etc/postern/more.list"));
    }

    @Test
    void theRestIsRead() {
        Judging judging = judging(WHOLE);

        assertThat(judging.policy().profile()).isEqualTo(Profile.STRICT);
        assertThat(judging.decideAt()).isEqualTo(Judging.DecideAt.GREETING);
        assertThat(judging.bannerDelay()).isEqualTo(Duration.ofSeconds(2));
        assertThat(judging.receivedSpf()).isTrue();
        assertThat(judging.greylist())
                .isEqualTo(new Greylist.Settings(Duration.ofMinutes(1), Duration.ofDays(1), Duration.ofDays(30), 7));
    }

    @Test
    void whatIsShownReadsBackToTheSame() {
        Config config = read(WHOLE);

        assertThat(read(ConfigText.of(config))).isEqualTo(config);
    }

    @Test
    void anEmptyListOfChecksIsAllOfThem() {
        assertThat(judging("[[policy.dnswl]]\nzone = \"wl.test\"\ncodes = [\"127.0.2.1\"]\nchecks = []\n")
                        .policy()
                        .welcomeLists())
                .singleElement()
                .extracting(WelcomeList::checks)
                .isEqualTo(Set.of());
    }

    // --- mistakes
    // --------------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy.profile = \"harsh\"|1: policy.profile should be one of \"observe\", \"standard\", \"strict\","
                        + " not \"harsh\"",
                "policy.decide-at = \"data\"|1: policy.decide-at should be one of \"rcpt\", \"greeting\", not"
                        + " \"data\"",
                "policy.received-spf = 1|1: policy.received-spf should be true or false, not 1",
                "[policy.checks]\\niprev = \"drop\"|2: policy.checks.iprev should be \"note\", \"greylist\","
                        + " \"quarantine\", \"defer\" or \"reject\", not \"drop\"",
                "[policy.checks]\\niprv = \"note\"|2: policy.checks.iprv is no check; did you mean iprev?",
                "[policy.checks]\\nxyzzyxyzzy = \"note\"|2: policy.checks.xyzzyxyzzy is no check",
                "[policy.checks]\\ndnsbl = \"reject\"|2: policy.checks.dnsbl is said per zone: codes of"
                        + " [[policy.dnsbl]]",
                "[policy.checks]\\niprev = { fail = \"drop\" }|2: policy.checks.iprev.fail should be \"note\","
                        + " \"greylist\", \"quarantine\", \"defer\" or \"reject\", not \"drop\"",
                "[policy.checks]\\niprev = { failed = \"note\" }|2: policy.checks.iprev.failed is no key; did you"
                        + " mean policy.checks.iprev.fail?",
                "[[policy.dnsbl]]\\ncodes = { \"127.0.0.2\" = \"reject\" }|2: a list needs its zone: zone ="
                        + " \"zen.dnsbl.test\"",
                "[[policy.dnsbl]]\\nzone = \"a..b\"\\ncodes = { \"127.0.0.2\" = \"reject\" }|2: policy.dnsbl.zone"
                        + " should be a zone as \"zen.dnsbl.test\", not \"a..b\"",
                "[[policy.dnsbl]]\\nzone = \"bl.test\"|2: policy.dnsbl needs codes: { \"127.0.0.2-127.0.0.11\" ="
                        + " \"reject\" }",
                "[[policy.dnsbl]]\\nzone = \"bl.test\"\\ncodes = { \"126.0.0.2\" = \"reject\" }|3:"
                        + " policy.dnsbl.codes.126.0.0.2 should be a code or a range as \"127.0.0.2-127.0.0.11\"",
                "[[policy.dnsbl]]\\nzone = \"bl.test\"\\ncodes = { \"127.0.0.2\" = \"drop\" }|3:"
                        + " policy.dnsbl.codes.127.0.0.2 should be \"note\", \"greylist\", \"quarantine\", \"defer\" or"
                        + " \"reject\", not \"drop\"",
                "[[policy.dnsbl]]\\nzone = \"bl.test\"\\ncodes = { \"127.0.0.2\" = \"reject\" }\\nx = 1|4:"
                        + " policy.dnsbl.x is no key",
                "[[policy.dnswl]]\\nzone = \"wl.test\"|2: policy.dnswl needs codes: [\"127.0.0.1-127.0.255.3\"]",
                "[[policy.dnswl]]\\ncodes = [\"127.0.0.2\"]|2: a list needs its zone: zone = \"zen.dnsbl.test\"",
                "[[policy.dnswl]]\\nzone = \"wl.test\"\\ncodes = [\"127.0.0.2\"]\\nx = 1|4: policy.dnswl.x is no key",
                "[[policy.exceptions]]\\nchecks = [\"iprev\"]|2: an exception says for whom: client, greeting, sender"
                        + " or recipient",
                "[[policy.exceptions]]\\nclient = \"192.0.2.0/24\"\\nx = 1|3: policy.exceptions.x is no key",
                "[policy.allow]\\nx = 1|2: policy.allow.x is no key",
                "[policy.greylist]\\ndelay = \"0s\"|2: policy.greylist.delay is at least 1s",
                "[policy.greylist]\\ndelay = \"5m\"\\nwindow = \"5m\"|2: policy.greylist.window must be longer than its"
                        + " delay, or nobody comes through",
                "[policy.greylist]\\nx = 1|2: policy.greylist.x is no key",
                "limits.greylist-entries = 0|1: limits.greylist-entries should be a number from 1 to 2147483647, not"
                        + " 0",
                "policy.x = 1|1: policy.x is no key",
            })
    void eachMistakeTellsItsPlaceAndWhatIsRight(String toml, String mistake) {
        assertThat(mistakes(toml.replace("\\n", "\n"))).containsExactly("postern.toml:" + mistake);
    }

    @ParameterizedTest
    @CsvSource({
        "policy.exceptions.client, [[policy.exceptions]]\\ngreeting = \"a.example\"\\nclient = \"192.0.2.1/24\"",
        "policy.exceptions.greeting, [[policy.exceptions]]\\nclient = \"192.0.2.1\"\\ngreeting = \"a..b\"",
        "policy.exceptions.sender, [[policy.exceptions]]\\nclient = \"192.0.2.1\"\\nsender = \"a@\"",
        "policy.exceptions.recipient, [[policy.exceptions]]\\nclient = \"192.0.2.1\"\\nrecipient = \"a@\"",
        "policy.exceptions.checks, '[[policy.exceptions]]\\nclient = \"192.0.2.1\"\\nchecks = [\"iprv\"]'",
        "policy.dnswl.checks, '[[policy.dnswl]]\\nzone = \"a.test\"\\ncodes = [\"127.0.0.2\"]\\nchecks = [\"iprv\"]'",
        "policy.allow.clients, '[policy.allow]\\n\\nclients = [\"192.0.2.1/24\"]'",
        "policy.allow.greetings, '[policy.allow]\\n\\ngreetings = [\"a..b\"]'",
        "policy.allow.senders, '[policy.allow]\\n\\nsenders = [\"a@\"]'",
        "policy.deny.recipients, '[policy.deny]\\n\\nrecipients = [\"a@\"]'",
        "policy.deny.files, '[policy.deny]\\n\\nfiles = [\"\"]'",
    })
    void aValueThatMakesNoSenseIsToldByItsKeyAndLine(String key, String toml) {
        assertThat(mistakes(toml.replace("\\n", "\n")))
                .singleElement()
                .asString()
                .containsPattern("^postern.toml:[34]: " + key + " ");
    }

    @Test
    void anExceptionWhoseOnlyConditionIsWrongIsOneMistake() {
        assertThat(mistakes("[[policy.exceptions]]\nclient = \"192.0.2.1/24\"\n"))
                .hasSize(1);
    }

    @Test
    void aZoneThatLeavesNoRoomForAnAddressIsAMistake() {
        String zone = String.join(".", "a".repeat(63), "b".repeat(63), "c".repeat(63));

        assertThat(mistakes("[[policy.dnsbl]]\nzone = \"" + zone + "\"\ncodes = { \"127.0.0.2\" = \"note\" }\n"))
                .singleElement()
                .asString()
                .startsWith("postern.toml:2: policy.dnsbl.zone ");
    }
}
