package org.postern.postfix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.config.Config;
import org.postern.policy.Net;
import org.postern.route.LocalDomain;
import org.postern.smtp.Mailbox;

/** What becomes of settings of Postfix; app has whole configurations. */
class PostfixImportTest {
    private static final String START =
            "compatibility_level = 3.6\nmyhostname = mx.example.com\nmynetworks = 192.0.2.0/24\n";

    @TempDir
    Path directory;

    @BeforeEach
    void users() throws IOException {
        Files.writeString(directory.resolve("passwd"), "ann:x:1000:1000::/home/ann:/bin/sh\n");
    }

    private PostfixImport imported(String main) throws IOException {
        Files.write(directory.resolve("main.cf"), main.getBytes(StandardCharsets.UTF_8));
        var machine = new PostfixImport.Machine(Optional.empty(), directory.resolve("passwd"), "this.example.com");
        return PostfixImport.of(directory, machine, directory);
    }

    private Config config(String main) throws IOException {
        return switch (Config.parse(imported(main).toml(), Path.of("postern.toml"), directory)) {
            case Config.Result.Valid valid -> valid.config();
            case Config.Result.Invalid invalid -> throw new AssertionError(invalid.mistakes());
        };
    }

    private static LocalDomain domain(Config config, String name) {
        return config.domains().stream()
                .filter(one -> one.name().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    // --- mapping
    // -----------------------------------------------------------------------------------------------------------------

    @Test
    void networksAreTrustedAtTheListener() throws IOException {
        Config config = config(START);

        assertThat(config.trusted()).containsExactly(Net.parse("192.0.2.0/24").orElseThrow());
        assertThat(config.listen()).hasSize(2).allMatch(one -> one.relay());
    }

    @Test
    void interfacesOfOneFamilyAreListenedOn() throws IOException {
        Config config = config(START + "inet_protocols = ipv4\ninet_interfaces = 192.0.2.1, 2001:db8::1\n");

        assertThat(config.listen())
                .singleElement()
                .satisfies(one ->
                        assertThat(one.address().getAddress().getHostAddress()).isEqualTo("192.0.2.1"));
    }

    @ParameterizedTest
    @CsvSource({
        "reject_invalid_helo_hostname, helo-syntax = \"reject\"",
        "reject_non_fqdn_helo_hostname, helo-fqdn = \"reject\"",
        "reject_non_fqdn_helo_hostname, helo-bare-ip = \"reject\"",
        "reject_unknown_sender_domain, 'from-domain = { fail = \"defer\", temperror = \"defer\" }'",
        "reject_unknown_helo_hostname, 'helo-resolves = { fail = \"defer\", temperror = \"defer\" }'",
        "reject_unknown_client_hostname, 'iprev = { fail = \"defer\", permerror = \"defer\", temperror = \"defer\" }'",
        "reject_unknown_reverse_client_hostname, 'iprev = { fail = \"note\", permerror = \"defer\" }'",
        "reject_unauth_pipelining, early-talk = \"reject\"",
        "reject_rbl_client a.test, 'codes = { \"127.0.0.1-127.255.254.255\" = \"reject\" }'",
        "reject_rbl_client a.test=127.0.0.[2;4..5], 'codes = { \"127.0.0.2\" = \"reject\", \"127.0.0.4-127.0.0.5\" ="
                + " \"reject\" }'",
        "permit_dnswl_client w.test=127.0.1.3, 'codes = [\"127.0.1.3\"]'",
        "'check_sender_access inline:{ {b.test = REJECT} }', 'senders = [\"b.test\", \"*.b.test\"]'",
        "'check_client_access inline:{ {192.0.2 = REJECT} }', 'clients = [\"192.0.2.0/24\"]'",
        "check_policy_service unix:private/x, # main.cf:4: smtpd_recipient_restrictions = ... check_policy_service"
                + " unix:private/x",
        "reject_rhsbl_sender r.test, # main.cf:4: smtpd_recipient_restrictions = ... reject_rhsbl_sender r.test",
        "nonsense, # main.cf:4: smtpd_recipient_restrictions = ... nonsense",
    })
    void restrictionsBecomeChecksOrRemarks(String restriction, String line) throws IOException {
        assertThat(imported(START + "smtpd_recipient_restrictions = " + restriction + "\n")
                        .toml()
                        .lines())
                .contains(line);
    }

    @ParameterizedTest
    @CsvSource({
        "relayhost = [smarthost.test]:submission, 'via = \"smtp://smarthost.test:587\"'",
        "relayhost = [2001:db8::1]:26, 'via = \"smtp://[2001:db8::1]:26\"'",
        "relayhost = smarthost.test, 'via = \"smtp://smarthost.test:25\"'",
        "relayhost =, 'via = \"mx\"'",
        "smtp_tls_security_level = encrypt, tls = \"require\"",
        "smtp_tls_security_level = secure, tls = \"verify\"",
        "message_size_limit = 1000, message-bytes = 1000",
        "maximal_queue_lifetime = 2, expire = \"2d\"",
        "delay_warning_time = 4, delay-notice = \"4h\"",
        "smtpd_delay_reject = no, decide-at = \"greeting\"",
        "smtpd_tls_cert_file = /c.pem, 'certificates = [{ cert = \"/c.pem\", key = \"/c.pem\" }]'",
        "smtpd_milters = inet:localhost:8891, 'address = \"tcp://localhost:8891\"'",
        "header_checks = pcre:/x, # main.cf:4: header_checks = pcre:/x",
        "no_such_setting = 1, # main.cf:4: no_such_setting = 1",
        "mynetworks = 192.0.2.1/24, # main.cf:4: mynetworks = ... 192.0.2.1/24",
    })
    void settingsBecomeKeysOrRemarks(String setting, String line) throws IOException {
        assertThat(imported(START + setting + "\n").toml().lines()).contains(line);
    }

    @Test
    void usersOfTheSystemAreMeantAndAliasesLeadToThem() throws IOException {
        Files.writeString(
                directory.resolve("aliases"), "sales: ann, bob@example.org\nroot: \"|rm\"\nloop: pool\npool: loop\n");
        Config config = config(START + "mydestination = example.com\nmyorigin = example.com\nalias_maps = hash:"
                + directory + "/aliases\nhome_mailbox = Maildir/\n");

        assertThat(domain(config, "example.com").mailboxes()).isEqualTo(new LocalDomain.Mailboxes.OfSystem());
        assertThat(config.aliasing().aliases().keySet()).map(Mailbox::toString).containsExactly("sales@example.com");
        // What our reader refuses is there to be read, as a remark.
        assertThat(imported(Files.readString(directory.resolve("main.cf"))).toml())
                .contains("# \"loop@example.com\" = [\"pool@example.com\"]", "# aliases:2: root: \"|rm\"");
    }

    @Test
    void tablesThatCantBeReadAreRemarkedOn() throws IOException {
        assertThat(imported(START
                                + "virtual_mailbox_domains = example.com\n"
                                + "virtual_mailbox_maps = mysql:/x, hash:/none/x\n")
                        .toml())
                .contains("# main.cf:5: virtual_mailbox_maps = mysql:/x\n", "there is no /none/x: it is left out");
    }

    // --- what can't be read
    // ---------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "relayhost = $a, a = $relayhost, 'main.cf:1: relayhost can''t be read: its names lead back to itself'",
        "nonsense, x = y, ':1: a setting is written \"name = value\"'",
        "a b = c, x = y, ':1: a setting is written \"name = value\"'",
    })
    void whatCantBeReadIsSaidWithItsLine(String first, String second, String said) {
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> imported(first + "\n" + second + "\n"))
                .withMessageContaining(said);
    }

    @Test
    void serviceWithTooFewFieldsIsSaid() throws IOException {
        Files.writeString(directory.resolve("master.cf"), "\nsmtp inet n -\n");
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> imported(START))
                .withMessageContaining("master.cf:2: a service has eight fields, this has 4");
    }

    // --- odd input
    // ---------------------------------------------------------------------------------------------------------------

    /** Whatever stands there, what comes out can be used, or the fault is said. */
    private boolean isUsableOrSaid(String main, String master) {
        try {
            Files.write(directory.resolve("master.cf"), master.getBytes(StandardCharsets.UTF_8));
            return Config.parse(imported(main).toml(), Path.of("postern.toml"), directory)
                    instanceof Config.Result.Valid;
        } catch (Unreadable said) {
            return said.getMessage() != null;
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    @Test
    void noTextCrashesOrHangs() {
        qt().withExamples(50)
                .withShrinkCycles(20)
                .forAll(
                        strings().basicMultilingualPlaneAlphabet().ofLengthBetween(0, 60),
                        strings().ascii().ofLengthBetween(0, 60))
                .check((one, other) -> isUsableOrSaid("myhostname = " + one + "\nmydestination = " + other, other)
                        && isUsableOrSaid(other, one));
    }

    @Test
    void oddValuesOfKnownSettingsAreUsableOrSaid() {
        List<String> names = List.of(
                "myhostname",
                "mydestination",
                "mynetworks",
                "relay_domains",
                "relayhost",
                "transport_maps",
                "virtual_alias_maps",
                "virtual_alias_domains",
                "virtual_mailbox_domains",
                "virtual_mailbox_maps",
                "virtual_mailbox_base",
                "virtual_transport",
                "alias_maps",
                "local_recipient_maps",
                "home_mailbox",
                "mail_spool_directory",
                "mailbox_transport",
                "smtpd_client_restrictions",
                "smtpd_recipient_restrictions",
                "postscreen_dnsbl_sites",
                "postscreen_access_list",
                "postscreen_dnsbl_threshold",
                "message_size_limit",
                "maximal_queue_lifetime",
                "minimal_backoff_time",
                "maximal_backoff_time",
                "delay_warning_time",
                "smtpd_tls_cert_file",
                "smtpd_milters",
                "inet_interfaces",
                "inet_protocols",
                "smtp_tls_policy_maps",
                "myorigin",
                "smtpd_client_connection_rate_limit",
                "anvil_rate_time_unit",
                "relay_recipient_maps",
                "default_transport",
                "smtpd_tls_chain_files");
        List<String> words = List.of(
                "",
                "example.com",
                "example.com",
                "EXAMPLE.com",
                "ex ample",
                "\"",
                "\\",
                "{",
                "}",
                "{ }",
                "[",
                "[::1]:25",
                "192.0.2.0/24",
                "0.0.0.0/0",
                "!10.0.0.1",
                "inline:{ {example.com = x/}, {ann@example.com = example.com/ann/} }",
                "inline:{ {@example.com = bob}, {ann@example.com = ann@example.com}, {* = smtp:[h]:99999}, {.a ="
                        + " lmtp:unix:x} }",
                "smtp:[host]:25",
                "smtp:host:port",
                "lmtp:unix:/run/x",
                "lmtp:inet:[::1]:24",
                "discard:",
                "error:5.1.1 no",
                ":",
                "check_client_access",
                "check_sender_access inline:{ {\" = REJECT}, {a@b = REJECT}, {..a = OK}, {x = 550 no} }",
                "reject_rbl_client zen.test=127.0.0.[2..300]",
                "reject_rbl_client a..b",
                "warn_if_reject",
                "reject_rbl_client",
                "0",
                "-1",
                "99999999999999999999",
                "5d",
                "1w",
                "5x",
                "/",
                "/dev/zero",
                "/a/../b",
                "/a{b}/",
                "hash:",
                "hash:/dev/zero",
                "cidr:relative",
                "$mydomain",
                "${x:{y}}",
                "a\u0000b",
                "münchen.example",
                "xn--mnchen-3ya.example",
                "a".repeat(300),
                "=",
                "#",
                "all",
                "loopback-only",
                "ipv4",
                "zone.test=127.[0..255].[0..255].[0..255]*3",
                "a.test*-2");
        List<String> services = List.of(
                "",
                "smtp inet n - y - - smtpd\n",
                "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd -o myhostname=\n",
                """
                smtp inet n - y - - smtpd
                  -o { smtpd_recipient_restrictions = reject_rbl_client a.test }
                  -o mynetworks=$x
                """,
                "[::1]:25 inet n - n - - smtpd\n127.0.0.1:99999 inet n - n - - smtpd\nx:y inet n - n - - smtpd -o\n",
                "465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n",
                "a b c d e f g /\n");
        qt().withExamples(100)
                .withShrinkCycles(20)
                .forAll(
                        lists().of(integers().between(0, names.size() - 1)).ofSizeBetween(0, 6),
                        lists().of(integers().between(0, words.size() - 1)).ofSizeBetween(12, 12),
                        integers().between(0, services.size() - 1))
                .check((chosen, values, service) -> isUsableOrSaid(
                        START
                                + java.util.stream.IntStream.range(0, chosen.size())
                                        .mapToObj(i -> names.get(chosen.get(i)) + " = " + words.get(values.get(2 * i))
                                                + ", " + words.get(values.get(2 * i + 1)) + "\n")
                                        .collect(Collectors.joining()),
                        services.get(service)));
    }
}
