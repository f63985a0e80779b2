package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.dns.Answer.Security;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsSettings;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.dns.RealServers;
import org.postern.smtp.Domain;

/** Exchangers in zones of NSD, by a validating Unbound. */
class RealZonesTest {
    @TempDir
    private static Path directory;

    private static RealServers servers;
    private static MxHosts hosts;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        servers = new RealServers(directory);
        servers.zone("plain.secure.test.", """
            a A 192.0.2.1
            a AAAA 2001:db8::1
            @ MX 10 in
            @ MX 20 a
            @ MX 20 alias.secure.test.
            in A 127.0.0.1
            null MX 0 .
            bare A 192.0.2.9
            text TXT "nothing"
            self MX 10 mx.ours.example.
            """);
        String anchor = servers.signedZone("secure.test.", """
            @ MX 10 a
            @ MX 20 a.plain
            a A 192.0.2.1
            alias CNAME a
            plain NS ns
            """);
        servers.startNsd();
        InetSocketAddress unbound = servers.startUnbound("validator iterator", anchor);
        var resolver = new CachingResolver(DnsSettings.of(List.of(unbound))
                .with(Dnssec.TRUST_AD)
                .with(Duration.ofSeconds(5), Duration.ofSeconds(10)));
        var own = new OwnHost(Set.of(new Domain("mx.ours.example")), Set.of());
        hosts = new MxHosts(resolver, own, List.of(), MxHosts.Bounds.DEFAULT, new Random());
    }

    @AfterAll
    static void stop() {
        if (servers != null) {
            servers.close();
        }
    }

    private static MxAnswer find(String domain) {
        return hosts.find(new Domain(domain));
    }

    private static List<MxHost> found(String domain) {
        assertThat(find(domain)).isInstanceOf(MxAnswer.Hosts.class);
        return ((MxAnswer.Hosts) find(domain)).hosts();
    }

    @Test
    void hostsOfASignedZoneAreSecureAsFarAsTheyStandInIt() {
        assertThat(found("secure.test"))
                .extracting(MxHost::toString, MxHost::named, MxHost::located)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a.secure.test (10)", Security.SECURE, Security.SECURE),
                        org.assertj.core.groups.Tuple.tuple(
                                "a.plain.secure.test (20)", Security.SECURE, Security.INSECURE));
    }

    @Test
    void innerHostIsLeftOutAndAliasFollowed() {
        assertThat(found("plain.secure.test"))
                .extracting(MxHost::toString)
                .containsExactlyInAnyOrder("a.plain.secure.test (20)", "alias.secure.test (20)");
        assertThat(find("plain.secure.test").words()).contains("in.plain.secure.test (10) has the address 127.0.0.1");
    }

    @Test
    void whatIsNoHostIsToldApart() {
        assertThat(find("null.plain.secure.test")).isInstanceOf(MxAnswer.NullMx.class);
        assertThat(find("text.plain.secure.test")).isInstanceOf(MxAnswer.NoAddress.class);
        assertThat(find("nowhere.plain.secure.test")).isInstanceOf(MxAnswer.NoSuchDomain.class);
        assertThat(find("self.plain.secure.test")).isInstanceOf(MxAnswer.Loop.class);
        assertThat(find("mail.elsewhere.test")).isInstanceOf(MxAnswer.Trouble.class);
        assertThat(found("bare.plain.secure.test"))
                .extracting(MxHost::toString)
                .containsExactly("bare.plain.secure.test (0)");
    }
}
