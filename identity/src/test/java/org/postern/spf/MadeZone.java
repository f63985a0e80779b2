package org.postern.spf;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.xbill.DNS.Address;

/** A made-up domain with its hosts, its policies, and a sender: likely ones, odd ones and broken ones. The same for the same number. */
final class MadeZone {
    private static final List<String> LOCAL_PARTS =
            List.of("ann", "strong-bad", "a.b.c", "Ann_Lee+news=x", "x/y-z", "9", "postmaster");
    private static final List<String> MACROS = List.of(
            "%{l}",
            "%{s}",
            "%{o}",
            "%{d}",
            "%{i}",
            "%{v}",
            "%{h}",
            "%{ir}.%{v}",
            "%{l-}",
            "%{lr-+}",
            "%{l1r-}",
            "%{d2}",
            "%{dr}",
            "%{d1r}",
            "%{h2}",
            "%{o1}",
            "%{L}",
            "%{S}",
            "%%",
            "%{ir-}",
            "%{i4r}",
            "%{l200}",
            "%{p}",
            "%{p2}",
            "%{s1+}",
            "%{l_+=}",
            "x%-y",
            "%{hr}",
            "%{H}");
    private static final List<String> BROKEN = List.of(
            "nonsense",
            "all:x",
            "ip4:1.2.3",
            "ip4:1.2.3.4/33",
            "ip4:256.1.1.1",
            "ip4",
            "ip4:",
            "ip6:1::2::3",
            "ip6:::1/129",
            "ip6:1.2.3.4",
            "include",
            "include:",
            "exists",
            "exists:",
            "a:",
            "a:/24",
            "mx:",
            "ptr:",
            "a/33",
            "a//129",
            "mx/08",
            "a:x",
            "a:1.2.3.4",
            "ptr/24",
            "redirect=",
            "exp=",
            "%{d}",
            "a:%{x}.test",
            "a:%d.test",
            "a:%{d0}.test",
            "a:%{d.test",
            "exists:%{c}.test",
            "exists:%{r}.test",
            "foo=%x",
            "=x",
            "9=x",
            "--all",
            "!all",
            "-",
            "a:foo.test/",
            "a:foo.-test",
            "a:foo.test-",
            "a:foo.123",
            "a,mx",
            "a:foo.test,",
            "include:x.test/24",
            "ip4:1.2.3.4/",
            "ip4:01.2.3.4",
            "ip6:g::1",
            "all.",
            "ip5:1.2.3.4",
            "v=spf1:a",
            "redirect:x.test",
            "exp:x.test",
            "a:foo.test:25",
            "a:foo bar",
            "%",
            "a\\009mx",
            "ip4:1.2.3.4/24/24",
            "a//64/24",
            "exists:a.test/8",
            "a:caf\\233.test");
    private static final List<String> ODD = List.of(
            "foo=bar",
            "foo=",
            "foo.b-a_r=%{d}x",
            "FOO=1",
            "IP4:10.0.0.0/8",
            "ip6:::/0",
            "ip4:0.0.0.0/0",
            "A",
            "Mx/24",
            "PTR",
            "a/0",
            "a//0",
            "mx/16//32",
            "a/24//64",
            "exists:%{d}.nowhere.test",
            "ip6:2001:db8::1.2.3.4",
            "a:h0.%{d}.",
            "a:%{h}",
            "a:h0..%{d}",
            "mx:%{l}.%{d}",
            "op=a.b",
            "default=x");

    private final Random random;
    final String domain;
    final boolean isIp6;
    final String client;
    final String sender;
    final String helo;
    final List<String> zone = new ArrayList<>();
    final List<String> failing = new ArrayList<>();

    MadeZone(int number) {
        random = new Random(number * 7_919L);
        domain = "d" + number + ".test";
        isIp6 = below(4) == 0;
        int high = number >> 8;
        int low = number & 0xff;
        client = isIp6
                ? "2001:db8:%x:%x::1".formatted(high, low)
                : (below(12) == 0 ? "::ffff:" : "") + "10.%d.%d.1".formatted(high, low);
        helo = below(6) == 0 ? one(List.of("localhost", "[10.0.0.1]", "helo.test", "h0." + domain)) : "mail." + domain;
        sender = below(10) == 0 ? "" : one(LOCAL_PARTS) + "@" + domain;
        hosts(high, low);
        policies();
    }

    private int below(int bound) {
        return random.nextInt(bound);
    }

    private <T> T one(List<T> of) {
        return of.get(below(of.size()));
    }

    private String ip4(int last) {
        return client.substring(client.lastIndexOf(':') + 1).replaceAll("\\.1$", "." + last);
    }

    private void hosts(int high, int low) {
        String reverse = isIp6 ? DnsName.reverse(address()).text() : "1.%d.%d.10.in-addr.arpa".formatted(low, high);
        for (int host = 0; host < 5; host++) {
            address("h" + host + "." + domain);
        }
        address(domain);
        for (int i = below(4); i > 0; i--) {
            zone.add(domain + " MX " + i + " h" + below(6) + "." + domain);
        }
        if (below(12) == 0) {
            zone.add("many." + domain + " MX 1 h0." + domain);
            for (int i = below(13); i > 0; i--) {
                zone.add("many." + domain + " MX 2 m" + i + "." + domain);
                zone.add("m" + i + "." + domain + " A 203.0.113." + i);
                zone.add("m" + i + "." + domain + " AAAA 2001:db8:ffff::" + i);
            }
        }
        if (below(20) == 0) {
            zone.add("null." + domain + " MX 0 .");
        }
        switch (below(10)) {
            case 0, 1, 2 -> {}
            case 3 -> failing.add("PTR " + reverse + " SERVFAIL");
            default -> {
                for (int i = below(3); i >= 0; i--) {
                    zone.add(reverse + " PTR "
                            + one(List.of("h0." + domain, "h1." + domain, domain, "other.test", "not" + domain)));
                }
            }
        }
        zone.add("alias." + domain + " CNAME h0." + domain);
        // As a recursive server says of an alias to what fails.
        failing.stream()
                .filter(failure -> failure.contains(" h0."))
                .toList()
                .forEach(failure -> failing.add(failure.replace(" h0.", " alias.")));
    }

    private InetAddress address() {
        try {
            return Address.getByAddress(client);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Of that name: the client's, one beside it, another, none, or a failure. */
    private void address(String name) {
        switch (below(12)) {
            case 0 -> zone.add(name + " TXT nothing");
            case 1 -> {}
            case 2 -> failing.add((isIp6 ? "AAAA " : "A ") + name + " SERVFAIL");
            case 3, 4, 5 -> {
                zone.add(name + " AAAA " + (isIp6 ? client : "2001:db8:eeee::1"));
                zone.add(name + " A " + (isIp6 ? "192.0.2.1" : ip4(1)));
            }
            case 6 -> {
                zone.add(name + " A " + (isIp6 ? "192.0.2.1" : ip4(7)));
                zone.add(name + " AAAA " + (isIp6 ? client.replaceAll("1$", "7") : "2001:db8::7"));
            }
            default -> {
                zone.add(name + " A 192.0.2." + below(250));
                zone.add(name + " AAAA 2001:db8:eeee::" + below(250));
            }
        }
    }

    private void policies() {
        String[] names = {domain, "mail." + domain, "i0." + domain, "i1." + domain, "i2." + domain, "i3." + domain};
        for (String name : names) {
            switch (below(name.equals(domain) ? 25 : 12)) {
                case 0 -> {}
                case 1 -> {
                    zone.add(text(name, record()));
                    zone.add(text(name, "another text"));
                    if (below(3) == 0) {
                        zone.add(text(name, record()));
                    }
                }
                case 2 -> failing.add("TXT " + name + " SERVFAIL");
                default -> zone.add(text(name, record()));
            }
        }
        zone.add(text("exp." + domain, "%{i} is not of %{d}"));
        zone.add("*.any." + domain + " A 127.0.0.2");
    }

    private static String text(String name, String text) {
        return name + " TXT" + SpfCases.quoted(text);
    }

    private String record() {
        var terms = new StringJoiner(" ");
        terms.add(below(30) == 0 ? one(List.of("V=SPF1", "v=spf1 ", "v=spf10", "v=spf1-", "v=spf2")) : "v=spf1");
        for (int i = below(5) + (below(15) == 0 ? 9 : 0); i > 0; i--) {
            terms.add(
                    below(30) == 0
                            ? one(BROKEN)
                            : below(14) == 0 ? one(ODD) : one(List.of("", "", "", "+", "-", "~", "?")) + mechanism());
        }
        switch (below(8)) {
            case 0 -> {}
            case 1 -> terms.add("redirect=i" + below(5) + "." + domain);
            case 2 -> terms.add("?all");
            case 3 -> terms.add("~all").add("redirect=i0." + domain);
            default -> terms.add("-all");
        }
        if (below(8) == 0) {
            terms.add("exp=exp." + domain);
        }
        return terms.toString();
    }

    private String mechanism() {
        String host = one(List.of("h0", "h1", "h2", "h3", "h4", "h5", "alias")) + "." + domain;
        String cidr = below(4) == 0 ? one(List.of("/24", "//64", "/24//64", "/32", "//128", "/8//16")) : "";
        return switch (below(16)) {
            case 0 -> "a" + cidr;
            case 1, 2 -> "a:" + host + cidr;
            case 3 -> "mx" + cidr;
            case 4 -> "mx:" + one(List.of(domain, "many." + domain, "null." + domain, host)) + cidr;
            case 5 -> "ptr" + one(List.of("", ":" + domain, ":h0." + domain, ":test" + ".test"));
            case 6, 7 -> "include:i" + below(5) + "." + domain;
            case 8, 9, 10 -> "exists:" + macros();
            case 11 -> "ip6:" + (isIp6 ? client : "2001:db8::1") + one(List.of("", "/64", "/127", "/16"));
            case 12 -> "ip4:" + (isIp6 ? "192.0.2.1" : ip4(below(3))) + one(List.of("", "/24", "/31", "/8"));
            case 13 -> "include:%{d1r}.i0." + domain;
            default -> "ip4:192.0.2." + below(200);
        };
    }

    /** What it comes to, as we think, is there or not; so that the others must come to the same. */
    private String macros() {
        var spec = new StringJoiner(".");
        for (int i = below(3); i >= 0; i--) {
            spec.add(one(MACROS));
        }
        spec.add("x").add(below(6) == 0 ? "any." + domain : domain);
        if (below(3) > 0) {
            publish(spec.toString());
        }
        return spec.toString();
    }

    private void publish(String spec) {
        try {
            int at = sender.lastIndexOf('@');
            var query = SpfQuery.mailFrom(
                    address(),
                    helo,
                    at < 0 ? "" : sender.substring(0, at),
                    sender.substring(at + 1),
                    "",
                    SpfCases.CLOCK);
            var names = new ClientNames(
                    query.client(),
                    RecordType.A,
                    new Lookups(questions -> questions.stream()
                            .map(question -> Answer.failed(question, "not known yet"))
                            .toList()));
            String name = new Expansion(query, names).name(MacroParser.macroString(spec), query.domain());
            DnsName.ofLabels(name).ifPresent(asked -> zone.add(asked.text().replace("@", "\\@") + " A 127.0.0.2"));
        } catch (SyntaxProblem impossible) {
            throw new AssertionError(impossible);
        }
    }
}
