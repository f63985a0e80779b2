package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.DnsName;
import org.postern.finding.Finding;
import org.postern.smtp.Greeting;

class HeloDynamicTest {
    private static Finding greets(String name, String client) {
        return HeloDynamic.check(Greeting.name(name), InetAddress.ofLiteral(client), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "pool-96-239-12-34.nycmny.fios.verizon.net, 96.239.12.34",
        "c-73-12-34-56.hsd1.ca.comcast.net, 73.12.34.56",
        "cpe-72-225-12-34.nyc.res.rr.com, 72.225.12.34",
        "adsl-75-12-34-56.dsl.pltn13.sbcglobal.net, 75.12.34.56",
        "p5b0c4d2e.dip0.t-ipconnect.de, 91.12.77.46",
        "p5B0C4D2E.dip0.t-ipconnect.de, 91.12.77.46",
        "host86-12-34-56.range86-12.btcentralplus.com, 86.12.34.56",
        "host-192-0-2-11.dyn.isp.example, 192.0.2.11",
        "192-0-2-11.isp.example, 192.0.2.11",
        "192.0.2.11.isp.example, 192.0.2.11",
        "11.2.0.192.isp.example, 192.0.2.11",
        "ip11-2-0-192.isp.example, 192.0.2.11",
        "x192y0z2w11.isp.example, 192.0.2.11",
        "host192000002011.isp.example, 192.0.2.11",
        "h011002000192.isp.example, 192.0.2.11",
        "h192-000-002-011.isp.example, 192.0.2.11",
        "c000020b.isp.example, 192.0.2.11",
        "ec2-192-0-2-11.compute-1.amazonaws.com, 192.0.2.11",
        "87-205-12-34.adsl.inetia.pl, 87.205.12.34",
        "abc.dynamic.jazztel.es, 192.0.2.11",
        "user7.dynamic.163data.com.cn, 192.0.2.11",
        "cpc1-brig20-2-0-cust123.3-3.cable.virginm.net, 192.0.2.11",
        "dhcp-7.isp.example, 192.0.2.11",
        "x.dhcp.isp.example, 192.0.2.11",
        "ppp123.isp.example, 192.0.2.11",
        "line7.pool.isp.example, 192.0.2.11",
        "7.customers.isp.example, 192.0.2.11",
        "user.res.isp.example, 192.0.2.11",
        "a.cable.isp.example, 192.0.2.11",
        "mail.dyn.isp.example, 192.0.2.11",
        "smtp.dsl.isp.example, 192.0.2.11",
        "192-0-2-11.mail.example, 192.0.2.11",
        "2001-0db8-0000-0000-0211-22ff-fe33-4455.isp.example, 2001:db8::211:22ff:fe33:4455",
        "p20010db800000000021122fffe334455.isp.example, 2001:db8::211:22ff:fe33:4455",
        "5.5.4.4.3.3.e.f.f.f.2.2.1.1.2.0.isp.example, 2001:db8::211:22ff:fe33:4455",
    })
    void aNameThatAProviderGivesToEachAddressFails(String name, String client) {
        assertThat(greets(name, client)).hasToString("helo-dynamic=fail");
    }

    @ParameterizedTest
    @CsvSource({
        "mail-ot1-f43.google.com, 209.85.210.43",
        "mail-wr1-x42d.google.com, 2a00:1450:4864:20::42d",
        "mail-bn8nam12on2070.outbound.protection.outlook.com, 40.107.237.70",
        "mail-db8eur05on2134.outbound.protection.outlook.com, 40.107.20.134",
        "a9-34.smtp-out.amazonses.com, 54.240.9.34",
        "a48-110.smtp-out.us-west-2.amazonses.com, 54.240.48.110",
        "o1.ptr1234.sendgrid.net, 167.89.1.2",
        "wrqvtbkv.outbound-mail.sendgrid.net, 149.72.123.24",
        "m228-12.mailgun.net, 159.135.228.12",
        "mail12.atl161.mcsv.net, 205.201.131.12",
        "mail136-23.atl41.mandrillapp.com, 198.2.136.23",
        "mail-40131.protonmail.ch, 185.70.40.131",
        "sonic301-22.consmr.mail.ne1.yahoo.com, 66.163.184.22",
        "mo576.mail-out.ovh.net, 178.32.228.5",
        "66-220-144-178.mail-mail.facebook.com, 66.220.144.178",
        "mta-192-0-2-11.sender.example, 192.0.2.11",
        "mout.kundenserver.de, 212.227.126.133",
        "mx0a-00123456.pphosted.com, 148.163.148.1",
        "eu-smtp-delivery-151.mimecast.com, 185.58.86.151",
        "out3-smtp.messagingengine.com, 66.111.4.27",
        "pv50p00im-ztdg10021901.me.com, 17.58.6.54",
        "esa1.hc1234-5.iphmx.com, 68.232.1.2",
        "smtp-pool-2.example.com, 192.0.2.11",
        "mail.customers.example.com, 192.0.2.11",
        "mail.customer.io, 192.0.2.11",
        "customer.io, 192.0.2.11",
        "mx1.dyn.com, 192.0.2.11",
        "mail.dsl.net, 192.0.2.11",
        "mail.cable.co.uk, 192.0.2.11",
        "mx.cpe.fr, 192.0.2.11",
        "mailpool.example.com, 192.0.2.11",
        "dynamics.example.com, 192.0.2.11",
        "resolver.example.com, 192.0.2.11",
        "static-192-0-2-10.isp.example, 192.0.2.10",
        "192-0-2-10.static.isp.example, 192.0.2.10",
        "10.2.0.192.fixed.dsl.isp.example, 192.0.2.10",
        "srv-192-0-2.isp.example, 192.0.2.10",
        "192-0-2-99.isp.example, 192.0.2.10",
        "2-192-10-0.isp.example, 192.0.2.10",
        "1192-0-2-10.isp.example, 192.0.2.10",
        "ns1.example.com, 2001:db8::1",
        "mail.example.com, 192.0.2.10",
        "example.com, 192.0.2.10",
        "0000000000000001.example.com, 2001:db8::1",
    })
    void aNameThatWasGivenToAServerPasses(String name, String client) {
        assertThat(greets(name, client)).hasToString("helo-dynamic=pass");
    }

    @Test
    void theNamesOfReverseDnsAreLookedAtToo() {
        Finding finding = HeloDynamic.check(
                Greeting.name("mail.example.com"),
                InetAddress.ofLiteral("192.0.2.11"),
                List.of(new DnsName("good.example"), new DnsName("192-0-2-11.DYN.isp.example")));

        assertThat(finding).hasToString("helo-dynamic=fail");
        assertThat(finding.text())
                .isEqualTo("192-0-2-11.dyn.isp.example looks like a name of a dynamic address: \"dyn\" stands in it;"
                        + " give a mail server a name of its own");
    }

    @Test
    void theTextSaysThatItsAddressStandsInIt() {
        assertThat(greets("192-0-2-11.isp.example", "192.0.2.11").text())
                .isEqualTo("192-0-2-11.isp.example looks like a name of a dynamic address: its address stands in it;"
                        + " give a mail server a name of its own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[192.0.2.11]", "192.0.2.11", "bad..192-0-2-11", "localhost"})
    void whatIsNoNameDoesNotLookLikeOne(String greeting) {
        assertThat(greets(greeting, "192.0.2.11")).hasToString("helo-dynamic=pass");
    }

    @Test
    void aPointerOfOddOctetsIsNoTrouble() {
        assertThat(HeloDynamic.check(
                        Greeting.name("mail.example.com"),
                        InetAddress.ofLiteral("192.0.2.11"),
                        List.of(new DnsName("."), new DnsName("a\\032b\\000.example"))))
                .hasToString("helo-dynamic=pass");
    }
}
