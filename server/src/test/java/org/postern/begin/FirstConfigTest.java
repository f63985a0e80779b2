package org.postern.begin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postern.config.Config;
import org.postern.config.Listen;
import org.postern.policy.Net;
import org.postern.route.LocalDomain;
import org.postern.route.NextHop;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/** What is written reads back to what was said. */
class FirstConfigTest {
    private static final Domain OURS = new Domain("example.com");
    private static final List<Net> NETS = List.of(Net.parse("192.0.2.0/24").orElseThrow());
    private static final Residents ANN = new Residents.Named(List.of("ann"));

    private static FirstConfig first(
            List<Net> trusted, Residents residents, String deliver, Optional<NextHop.Host> by) {
        return new FirstConfig(
                new Domain("mx.example.com"),
                "/var/lib/postern \"2\"",
                new Mailbox("ann", OURS),
                List.of(
                        Config.server("0.0.0.0:25").orElseThrow(),
                        Config.server("[::]:25").orElseThrow()),
                List.of(OURS, new Domain("example.org")),
                residents,
                deliver,
                trusted,
                by,
                List.of());
    }

    private static Config read(FirstConfig first) {
        Config.Result result = Config.of(first.toml(), Path.of("/etc/postern/postern.toml"));
        assertThat(result).as(first.toml()).isInstanceOf(Config.Result.Valid.class);
        assertThat(((Config.Result.Valid) result).warnings()).isEmpty();
        return ((Config.Result.Valid) result).config();
    }

    @Test
    void allThatWasSaidIsRead() {
        Config config = read(first(List.of(), ANN, "maildir:/var/mail/{domain}/{local}", Optional.empty()));
        assertThat(config.hostname()).isEqualTo(new Domain("mx.example.com"));
        assertThat(config.data()).isEqualTo(Path.of("/var/lib/postern \"2\""));
        assertThat(config.postmaster()).contains(new Mailbox("ann", OURS));
        assertThat(config.domains()).extracting(LocalDomain::name).containsExactly(OURS, new Domain("example.org"));
        assertThat(config.sending().usesMx()).isTrue();
        assertThat(config.listen())
                .extracting(Listen::role)
                .containsExactly(Listen.Role.MX, Listen.Role.MX, Listen.Role.TRUSTED);
        assertThat(config.listen().getLast().address())
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 2_525));
    }

    @Test
    void strangersAreTrustedOnlyWhereANetWasNamed() {
        String maildir = "maildir:/var/mail/{domain}/{local}";
        assertThat(read(first(List.of(), ANN, maildir, Optional.empty())).listen())
                .noneMatch(Listen::relay);
        Config config = read(first(NETS, ANN, maildir, Optional.empty()));
        assertThat(config.listen()).filteredOn(Listen::relay).hasSize(2);
        assertThat(config.trusted())
                .extracting(Net::toString)
                .containsExactly("127.0.0.0/8", "::1/128", "192.0.2.0/24");
    }

    @Test
    void whoExistsMayBeLeftToTheNextHop() {
        Config config = read(first(List.of(), Residents.Many.ASK, "lmtp:/run/dovecot/lmtp", Optional.empty()));
        assertThat(config.domains()).extracting(LocalDomain::mailboxes).containsOnly(new LocalDomain.Mailboxes.Ask());
    }

    @Test
    void aSmarthostTakesAllThatLeaves() {
        Optional<NextHop.Host> host =
                NextHop.parse("smtp://smart.example.net:587").map(NextHop.Host.class::cast);
        Config config = read(first(List.of(), Residents.Many.EXISTING, "maildir:/m/{local}", host));
        assertThat(config.sending().usesMx()).isFalse();
        assertThat(config.sending().routes())
                .singleElement()
                .extracting(rule -> rule.via().toString())
                .isEqualTo("smtp://smart.example.net:587");
    }

    @Test
    void programsOfThisHostGetAPortOfTheirOwn() {
        var first = new FirstConfig(
                new Domain("mx.example.com"),
                "data",
                new Mailbox("ann", OURS),
                List.of(Config.server("127.0.0.1:2525").orElseThrow()),
                List.of(OURS),
                ANN,
                "maildir:data/{local}",
                List.of(),
                Optional.empty(),
                List.of(Config.server("127.0.0.1:53").orElseThrow()));
        Config config = read(first);
        assertThat(config.listen().getLast().address().getPort()).isEqualTo(2_526);
        assertThat(config.dns().settings().servers())
                .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53));
    }

    /** A line with a key has a remark above it, or the line above has. */
    @Test
    void everyTableHasAWord() {
        List<String> lines = first(NETS, ANN, "maildir:/m/{local}", Optional.empty())
                .toml()
                .lines()
                .toList();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).startsWith("[")) {
                assertThat(lines.get(i - 1)).as(lines.get(i)).startsWith("# ");
            }
        }
        assertThat(lines).allMatch(line -> line.length() <= 130);
    }
}
