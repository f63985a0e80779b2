package org.postern.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.config.Config.Result;
import org.postern.policy.Net;
import org.postern.route.DestinationRule;
import org.postern.route.LocalDomain;
import org.postern.route.LocalDomain.Delivery;
import org.postern.route.LocalDomain.Mailboxes;
import org.postern.route.NextHop;
import org.postern.route.RouteRule;
import org.postern.route.TlsNeed;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;
import org.postern.smtp.server.Limits;
import org.postern.smtp.server.TlsMode;

/** {@code docs/configuration.md}. */
final class ConfigTest {
    private static final String WHOLE = """
        hostname = "mx.example.com"
        data = "/var/lib/postern"
        postmaster = "Ann@example.com"
        [[listen]]
        address = "0.0.0.0:25"
        role = "mx"
        relay = true
        proxies = ["10.0.0.0/8", "::1"]
        [[listen]]
        address = "[::1]:465"
        role = "trusted"
        tls = "implicit"
        [tls]
        certificates = [{ cert = "tls/cert.pem", key = "/etc/key.pem" }]
        [relay]
        trusted = ["192.0.2.0/24", "2001:db8::/32"]
        [domains."example.com"]
        deliver = "maildir:/var/mail/{domain}/{local}"
        mailboxes = ["Ann", "bob"]
        catch-all = "bob"
        [domains."example.org"]
        deliver = "discard:"
        mailboxes = "any"
        [aliases]
        "sales@example.com" = ["ann@example.com", "bob@example.net"]
        [forwarding]
        srs = "example.com"
        [policy]
        banner-delay = "2s"
        [limits]
        expanded-recipients = 7
        sessions = 18_000
        command-time = "1m30s"
        received-headers = 50
        stop-time = "5s"
        proxy-time = "4s"
        sessions-per-client-per-hour = 600
        messages-per-client-per-hour = 500
        recipients-per-client-per-hour = 5_000
        reports-per-domain-per-hour = 5
        connections-out = 300
        connections-per-destination = 10
        [queue]
        delay-notice = "2h"
        [[routes]]
        to = "*.example.net"
        via = "smtp://[2001:db8::25]:2525"
        [[routes]]
        to = "*"
        via = "mx"
        [[destinations]]
        to = "example.net"
        tls = "verify"
        connections = 3
        chunking = false
        [delivery]
        allow-nets = ["127.0.0.0/8"]
        mx-port = 2525
        mx-hosts = 3
        messages-per-connection = 50
        connection-time = "1m"
        idle-time = "2s"
        connect-time = "10s"
        [log]
        format = "json"
        """;

    @Test
    void everyKeyIsRead() {
        Config config = valid(WHOLE).config();
        assertThat(config.hostname()).isEqualTo(new Domain("mx.example.com"));
        assertThat(config.data()).isEqualTo(Path.of("/var/lib/postern"));
        assertThat(config.postmaster()).isEqualTo(Mailbox.parse("Ann@example.com"));
        assertThat(config.listen())
                .containsExactly(
                        new Listen(
                                ConfigReader.socketAddress("0.0.0.0:25").orElseThrow(),
                                Listen.Role.MX,
                                true,
                                TlsMode.STARTTLS,
                                List.of(
                                        Net.parse("10.0.0.0/8").orElseThrow(),
                                        Net.parse("::1").orElseThrow())),
                        new Listen(
                                ConfigReader.socketAddress("[::1]:465").orElseThrow(),
                                Listen.Role.TRUSTED,
                                false,
                                TlsMode.IMPLICIT,
                                List.of()));
        assertThat(config.certificates()).singleElement().satisfies(files -> {
            assertThat(files.cert()).isEqualTo(Path.of("/etc/postern/tls/cert.pem"));
            assertThat(files.key()).isEqualTo(Path.of("/etc/key.pem"));
        });
        assertThat(config.trusted()).map(Net::toString).containsExactly("192.0.2.0/24", "2001:db8::/32");
        assertThat(config.domains())
                .map(LocalDomain::name)
                .containsExactlyInAnyOrder(new Domain("example.com"), new Domain("example.org"));
        assertThat(config.judging().bannerDelay()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.limits().sessions()).isEqualTo(18_000);
        assertThat(config.limits().commandTime()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config.limits().recipients()).isEqualTo(Limits.DEFAULT.recipients());
        assertThat(config.intake())
                .isEqualTo(new Config.Intake(
                        50, 262_144, 200, Duration.ofSeconds(5), new Config.ClientRates(600, 500, 5_000), 7, 5));
        assertThat(config.aliasing())
                .isEqualTo(new Aliasing(
                        Map.of(
                                Mailbox.parse("sales@example.com").orElseThrow(),
                                List.of(
                                        Mailbox.parse("ann@example.com").orElseThrow(),
                                        Mailbox.parse("bob@example.net").orElseThrow())),
                        List.of(),
                        Optional.of(new Domain("example.com"))));
        assertThat(config.sending())
                .isEqualTo(new Sending(
                        List.of(
                                new RouteRule(
                                        new RouteRule.Pattern.Below(new Domain("example.net")),
                                        new NextHop.Host(NextHop.Scheme.SMTP, "2001:db8::25", 2525),
                                        Optional.empty()),
                                new RouteRule(new RouteRule.Pattern.All(), new NextHop.Mx(false), Optional.empty())),
                        List.of(new DestinationRule(
                                new RouteRule.Pattern.One(new Domain("example.net")), TlsNeed.VERIFY, 3, false)),
                        List.of(Net.parse("127.0.0.0/8").orElseThrow()),
                        2525,
                        3,
                        50,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        300,
                        10));
        assertThat(config.keeping().retry().delayNotice()).isEqualTo(Duration.ofHours(2));
        assertThat(config.limits().proxyTime()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.logFormat()).isEqualTo(Config.LogFormat.JSON);
    }

    @Test
    void mailboxesAreInLowerCase() {
        LocalDomain com = valid(WHOLE).config().domains().stream()
                .filter(domain -> domain.name().name().equals("example.com"))
                .findFirst()
                .orElseThrow();
        assertThat(com.mailboxes()).isEqualTo(new Mailboxes.Listed(java.util.Set.of("ann", "bob")));
        assertThat(com.catchAll()).contains("bob");
    }

    @Test
    void withoutAFileLocalhostAndTheOwnNameAreReceivedOnLoopback() {
        Config config = Config.defaults().config();
        assertThat(config.listen())
                .containsExactly(new Listen(
                        new InetSocketAddress(Net.address("127.0.0.1").orElseThrow(), 2525),
                        Listen.Role.TRUSTED,
                        false,
                        TlsMode.STARTTLS,
                        List.of()));
        assertThat(config.domains()).map(LocalDomain::name).contains(new Domain("localhost"), config.hostname());
        assertThat(config.domains()).allSatisfy(domain -> {
            assertThat(domain.mailboxes()).isInstanceOf(Mailboxes.Any.class);
            assertThat(((Delivery.IntoMaildir) domain.deliver()).template().text())
                    .isEqualTo(config.data() + "/maildir/{domain}/{local}");
        });
        assertThat(config.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(config.trusted()).isEmpty();
    }

    @Test
    void aBareHostNameIsWarnedOf() {
        assertThat(valid("hostname = \"mx\"").warnings())
                .singleElement()
                .asString()
                .contains("\"mx\"", "hostname = ");
        assertThat(valid("hostname = \"mx.example.com\"").warnings()).isEmpty();
    }

    @Test
    void frontEndsEverywhereAreWarnedOf() {
        String listen = "hostname = \"mx.example.com\"\n[[listen]]\naddress = \"127.0.0.1:25\"\nproxies = ";
        assertThat(valid(listen + "[\"::/0\"]").warnings())
                .containsExactly(
                        "listen.proxies holds a net of all addresses: whoever comes there may claim to be anybody");
        assertThat(valid(listen + "[\"128.0.0.0/1\"]").warnings()).isEmpty();
    }

    @Test
    void theHostNameLocalhostIsOneDomainOnly() {
        assertThat(valid("hostname = \"localhost\"").config().domains()).hasSize(1);
    }

    @Test
    void allMistakesAreToldInTheirOrder() {
        assertThat(mistakes("""
            hostnam = "mx.example.com"
            [[listen]]
            address = "localhost:25"
            role = "submission"
            [limits]
            recipents = 10
            sessions = "many"
            """))
                .containsExactly(
                        "postern.toml:1: hostnam is no key; did you mean hostname?",
                        "postern.toml:3: listen.address should be an address and a port as \"0.0.0.0:25\" or"
                                + " \"[::]:25\", not \"localhost:25\"",
                        "postern.toml:4: listen.role should be \"mx\" or \"trusted\" (\"submission\" comes with AUTH,"
                                + " which is not built yet), not \"submission\"",
                        "postern.toml:6: limits.recipents is no key; did you mean limits.recipients?",
                        "postern.toml:7: limits.sessions should be a number from 1 to 2147483647, not \"many\"");
    }

    @Test
    void aliasThatLeadsNowhereIsAMistake() {
        assertThat(mistakes("""
            [domains."example.com"]
            mailboxes = ["ann"]
            [forwarding]
            srs = "example.net"
            [aliases]
            sales = ["ann@example.com"]
            "a@example.net" = ["ann@example.com"]
            "b@example.com" = []
            "c@example.com" = ["bob@example.com", "bob@example.net"]
            "d@example.com" = ["e@example.com"]
            "e@example.com" = ["d@example.com"]
            "f@example.com" = ["ann"]
            """))
                .containsExactly(
                        "postern.toml:4: forwarding.srs should be one of [domains]: else what bounces would not come"
                                + " back here",
                        "postern.toml:6: aliases.sales is no mailbox: write it as \"sales@example.com\", in quotes",
                        "postern.toml:7: aliases.a@example.net is in none of [domains]: mail for it does not come here",
                        "postern.toml:8: aliases.b@example.com leads nowhere: name a mailbox at least",
                        "postern.toml:9: aliases.c@example.com bob@example.com: no such mailbox",
                        "postern.toml:9: aliases.c@example.com bob@example.net: no route leads there, see [[routes]]",
                        "postern.toml:10: aliases.d@example.com can't be used: its alias leads back to itself",
                        "postern.toml:11: aliases.e@example.com can't be used: its alias leads back to itself",
                        "postern.toml:12: aliases.f@example.com should hold mailboxes as \"ann@example.com\", not"
                                + " \"ann\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "hostname = 1|1: hostname should be a host name as \"mx.example.com\", not 1",
                "hostname = \"a b\"|1: hostname should be a host name as \"mx.example.com\", not \"a b\"",
                "zzzzzzzzzz = 1|1: zzzzzzzzzz is no key",
                "listen = 1|1: listen should be a list of tables: [[listen]]",
                "listen = [1]|1: listen should hold tables, not 1",
                "listen = []|1: listen is empty: leave it out to listen on 127.0.0.1:2525, or say where in [[listen]]",
                "limits = 1|1: limits should be a table: [limits]",
                "[[listen]]\\n"
                    + "role = \"mx\"|2: listen.address is missing: say where to listen, as address = \"0.0.0.0:25\"",
                "[[listen]]\\n"
                    + "address = \"1.2.3.4:99999\"|2: listen.address should be an address and a port as \"0.0.0.0:25\""
                    + " or \"[::]:25\", not \"1.2.3.4:99999\"",
                "[[listen]]\\n"
                        + "address = \"127.0.0.1:25\"\\n"
                        + "relay = true|3: listen.relay needs role = \"mx\" and nets in relay.trusted",
                "[[listen]]\\naddress = \"127.0.0.1:25\"\\nrelay = 1|3: listen.relay should be true or false, not 1",
                "[[listen]]\\n"
                    + "address = \"127.0.0.1:25\"\\n"
                    + "tls = \"yes\"|3: listen.tls should be one of \"starttls\", \"implicit\", \"none\", not \"yes\"",
                "[[listen]]\\n"
                        + "address = \"127.0.0.1:25\"\\n"
                        + "[[listen]]\\n"
                        + "address = \"127.0.0.1:25\"|4: listen.address is listened on already",
                "relay.trusted = [\"192.0.2.1/24\"]|1: relay.trusted should hold nets as \"192.0.2.0/24\", not"
                        + " \"192.0.2.1/24\"",
                "relay.trusted = \"192.0.2.0/24\"|1: relay.trusted should be a list of nets as \"192.0.2.0/24\", not"
                        + " \"192.0.2.0/24\"",
                "tls.certificates = [{ cert = \"a\" }]|1: tls.certificates needs cert and key: { cert = \"cert.pem\","
                        + " key = \"key.pem\" }",
                "[domains.\"a..b\"]|1: domains.a..b is no domain name",
                "[domains.\"bücher.example\"]|1: domains.bücher.example is no domain name: write it with its xn--"
                        + " labels",
                "[domains.a]\\n"
                    + "deliver = \"lmtp:x\"|2: domains.a.deliver should be \"maildir:/var/mail/{domain}/{local}\","
                    + " \"smtp://host:25\", \"smtps://host:465\", \"lmtp://host:24\", \"lmtp:/run/socket\", \"mx\" or"
                    + " \"discard:\", not \"lmtp:x\"",
                "[domains.a]\\n"
                        + "deliver = \"maildir:/x/{user}\"|2: domains.a.deliver has no good path: {user} is not known;"
                        + " there are {domain} and {local}",
                "[domains.a]\\n"
                    + "deliver = \"maildir:/x/../y\"|2: domains.a.deliver has no good path: it should be an absolute"
                    + " path without . and ..",
                "[domains.a]\\n"
                        + "deliver = \"maildir:/x/{local\"|2: domains.a.deliver has no good path: a brace is left open",
                "[domains.a]\\n"
                        + "mailboxes = \"ask\"|2: domains.a.mailboxes \"ask\" needs somebody to ask: deliver ="
                        + " \"lmtp://127.0.0.1:24\"",
                "[domains.a]\\n"
                        + "mailboxes = \"all\"|2: domains.a.mailboxes should be a list of local parts, \"system\","
                        + " \"existing\", \"ask\" or \"any\", not \"all\"",
                "[[routes]]\\nto = \"*\"|2: routes needs to and via: to = \"*\", via = \"mx\"",
                "[[routes]]\\nto = \"a..b\"\\nvia = \"mx\"|2: routes.to should be \"example.com\", \"*.example.com\" or"
                        + " \"*\", not \"a..b\"",
                "[[routes]]\\n"
                        + "to = \"*\"\\n"
                        + "via = \"mx\"\\n"
                        + "credentials = \"x\"|4: routes.credentials are for a host: via ="
                        + " \"smtp://smarthost.example.com:587\"",
                "[[routes]]\\nto = \"*\"\\nvia = \"smtp://a:0\"|3: routes.via should be \"smtp://host:25\","
                        + " \"smtps://host:465\", \"lmtp://host:24\", \"lmtp:/run/socket\", \"mx\" or \"discard:\", not"
                        + " \"smtp://a:0\"",
                "[[destinations]]\\ntls = \"may\"|2: destinations.to is missing: say for whom, as to = \"example.com\"",
                "[domains.a]\\n"
                    + "mailboxes = [\"a b\"]|2: domains.a.mailboxes should hold local parts as \"ann\", not \"a b\"",
                "[domains.a]\\n"
                        + "mailboxes = \"existing\"\\n"
                        + "deliver = \"discard:\"|2: domains.a.mailboxes \"existing\" needs Maildirs: deliver ="
                        + " \"maildir:...\"",
                "[domains.a]\\n"
                        + "mailboxes = [\"ann\"]\\n"
                        + "catch-all = \"bob\"|3: domains.a.catch-all should be one of mailboxes",
                "[domains.a]\\n"
                        + "mailboxes = [\"ann\", \"a/b\", \"/\"]|2: domains.a.mailboxes holds \"/\", \"a/b\", which no"
                        + " mailbox here can be named",
                "[domains.a]\\n"
                        + "mailboxes = [\"ȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺȺ\"]|2: domains.a.mailboxes holds"
                        + " \"ⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥ\", which no mailbox here can be named",
                "[domains.a]\\n"
                        + "mailboxes = \"any\"\\n"
                        + "catch-all = \"a/b\"|3: domains.a.catch-all is \"a/b\", which no mailbox here can be named",
                "postmaster = \"a/b@a\"\\n"
                        + "[domains.a]\\n"
                        + "mailboxes = \"any\"|1: postmaster is \"a/b\", which no mailbox here can be named",
                "postmaster = \"ann\"|1: postmaster should be a mailbox as \"ann@example.com\", not \"ann\"",
                "postmaster = \"ann@example.org\"|1: postmaster should be a mailbox of one of our domains, or one"
                        + " that a route leads to",
                "policy.banner-delay = \"2\"|1: policy.banner-delay should be a time as \"30s\", \"5m\" or \"1h30m\","
                        + " not \"2\"",
                "limits.command-time = \"0s\"|1: limits.command-time is at least 1ms",
                "limits.session-time = \"366d\"|1: limits.session-time is at most 365d",
                "limits.stop-time = \"999999d\"|1: limits.stop-time is at most 365d",
                "limits.recipients = 1_000_000|1: limits.recipients should be a number from 1 to 999999, not 1000000",
                "limits.content-line-bytes = 997|1: limits.content-line-bytes should be a number from 998 to"
                        + " 2147483647, not 997",
                "limits.header-bytes = 1|1: limits.header-bytes should be a number from 1024 to 2147483647, not 1",
                "log.format = \"xml\"|1: log.format should be one of \"text\", \"json\", not \"xml\"",
                "log.level = 1|1: log.level is no key",
            })
    void eachMistakeTellsItsPlaceAndWhatIsRight(String toml, String mistake) {
        assertThat(mistakes(toml.replace("\\n", "\n"))).containsExactly("postern.toml:" + mistake);
    }

    @Test
    void whereNoMaildirIsMadeAnyLocalPartCanBeAMailbox() {
        assertThat(mistakes("""
            postmaster = "a/b@a"
            [domains.a]
            deliver = "discard:"
            mailboxes = ["a/b"]
            catch-all = "a/b"
            """)).isEmpty();
    }

    @Test
    void theLongestTimeIsAYear() {
        assertThat(valid("limits.session-time = \"365d\"").config().limits().sessionTime())
                .isEqualTo(Duration.ofDays(365));
    }

    @Test
    void whatIsNotTomlIsToldWithItsLine() {
        assertThat(mistakes("hostname = \"mx.example.com\"\nx = = 1\n"))
                .singleElement()
                .asString()
                .startsWith("postern.toml:2: not TOML: ");
    }

    @Test
    void whatIsShownReadsBackToTheSame() {
        for (String toml : List.of("", WHOLE, "[domains.a]\nmailboxes = \"existing\"\n")) {
            Config config = valid(toml).config();
            assertThat(valid(ConfigText.of(config)).config()).isEqualTo(config);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x = \"\\U", "x = \"\\U\"", "x = \"\\u12\"", "x = \"\\UFFFFFFFF\"", "x = \"\\ud800\"", "\"\\U"})
    void anEscapeCutShortIsAMistake(String toml) {
        assertThat(mistakes(toml)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"\\!\"]", "x = 1\n[\"a\\!", "[[\"\\!\"]]", "\"\\!\" = 1"})
    void anEscapeThatIsNoneIsAMistakeInAKeyToo(String toml) {
        assertThat(mistakes(toml))
                .isNotEmpty()
                .allSatisfy(mistake -> assertThat(mistake).containsPattern("^postern.toml:[12]: not TOML: "));
    }

    @Test
    void noTextCrashesIt() {
        qt().forAll(strings().basicLatinAlphabet().ofLengthBetween(0, 200))
                .checkAssert(text -> assertThat(Config.parse(text, Path.of("postern.toml"), Path.of("/")))
                        .isNotNull());
    }

    @Test
    void aFileIsReadAndItsPathsAreRelativeToIt(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("postern.toml"), "data = \"d\"");
        assertThat(Config.read(file))
                .isInstanceOfSatisfying(
                        Result.Valid.class,
                        valid -> assertThat(valid.config().data()).isEqualTo(directory.resolve("d")));
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(Config.read(file))
                .isInstanceOfSatisfying(
                        Result.Invalid.class,
                        invalid -> assertThat(invalid.mistakes())
                                .map(Mistake::text)
                                .containsExactly("the file is not UTF-8 text"));
    }

    @ParameterizedTest
    @CsvSource({"250ms,250", "30s,30000", "5m,300000", "1h30m,5400000", "5d,432000000", "1d1h1m1s1ms,90061001", "0s,0"})
    void timesAreReadAndWritten(String text, long millis) {
        assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
        assertThat(Durations.write(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 m", "m", "-5m", "1.5h", "30s5m", "5M", "1234567s"})
    void othersAreNoTimes(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24,192.0.2.255,true",
        "192.0.2.0/24,192.0.3.0,false",
        "192.0.2.1,192.0.2.1,true",
        "192.0.2.1,192.0.2.0,false",
        "0.0.0.0/0,255.1.2.3,true",
        "0.0.0.0/0,::1,false",
        "2001:db8::/33,2001:db8:7fff::1,true",
        "2001:db8::/33,2001:db8:8000::1,false",
        "128.0.0.0/1,127.255.255.255,false",
    })
    void netsContainTheirAddresses(String net, String address, boolean inside) {
        assertThat(Net.parse(net).orElseThrow().contains(Net.address(address).orElseThrow()))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "192.0.2.0/33",
                "192.0.2.0/",
                "192.0.2.0/-1",
                "192.0.2.0/024",
                "192.0.2/24",
                "192.0.2.1/31",
                "2001:db8::/129",
                "2001:db8::1/64",
                "x/8",
                "192.0.2.0/2 4"
            })
    void othersAreNoNets(String text) {
        assertThat(Net.parse(text)).isEmpty();
    }

    @Test
    void theHostNameIsFoundWithoutDns(@TempDir Path directory) throws IOException {
        Path kernel = directory.resolve("hostname");
        Path hosts = directory.resolve("hosts");
        assertThat(HostName.find(kernel, hosts)).isEqualTo(new Domain("localhost"));
        Files.writeString(kernel, "mx\n");
        assertThat(HostName.find(kernel, hosts)).isEqualTo(new Domain("mx"));
        Files.writeString(hosts, "127.0.0.1 localhost # mx.no.example mx\n192.0.2.1 other mx.example.com mx\n");
        assertThat(HostName.find(kernel, hosts)).isEqualTo(new Domain("mx.example.com"));
        Files.writeString(kernel, "a.example.com\n");
        assertThat(HostName.find(kernel, hosts)).isEqualTo(new Domain("a.example.com"));
    }

    private static Result.Valid valid(String toml) {
        return switch (Config.parse(toml, Path.of("postern.toml"), Path.of("/etc/postern"))) {
            case Result.Valid valid -> valid;
            case Result.Invalid invalid ->
                throw new AssertionError(
                        invalid.mistakes().stream().map(Mistake::toString).collect(Collectors.joining("\n")));
        };
    }

    private static List<String> mistakes(String toml) {
        return switch (Config.parse(toml, Path.of("postern.toml"), Path.of("/etc/postern"))) {
            case Result.Valid _ -> List.of();
            case Result.Invalid invalid ->
                invalid.mistakes().stream().map(Mistake::toString).toList();
        };
    }
}
