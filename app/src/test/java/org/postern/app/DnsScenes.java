package org.postern.app;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pages that look at DNS, and say what to publish there. */
final class DnsScenes {
    private static final String TO_SIGN = """
        hostname = "mx.example.com"
        [[listen]]
        address = "127.0.0.1:25"
        role = "trusted"
        [relay]
        trusted = ["127.0.0.0/8"]
        [[routes]]
        to = "far.test"
        via = "discard:"
        """;

    private DnsScenes() {}

    static void begin(PlayedPage page) throws Exception {
        page.names("""
            mx.example.com. A 192.0.2.10
            example.com. MX 10 mx.example.com.
            example.com. TXT "v=spf1 ip4:192.0.2.99 -all"
            10.2.0.192.in-addr.arpa. PTR host10.provider.example.
            """);
        page.next();
        page.next(1);
    }

    static void checks(PlayedPage page) throws Exception {
        page.names("mail.example.com. A 192.0.2.10\n10.2.0.192.in-addr.arpa. PTR mail.example.com.\n");
        page.next();
    }

    static void install(PlayedPage page) throws Exception {
        page.world().run("hostname", "mx.example.com");
        page.configure("hostname = \"mx.example.com\"\n");
        page.next();
        // Something is missing in DNS.
        page.next(1);
    }

    static void send(PlayedPage page) throws Exception {
        page.world().run("ip", "route", "add", "default", "dev", "lo", "src", "192.0.2.10");
        page.names("mx.example.com. A 192.0.2.99\n");
        page.world().write("/home/ann/postern/postern.toml", """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:2525"
            role = "trusted"
            [domains."localhost"]
            mailboxes = "any"
            """);
        page.next();
        page.next();
        page.serveHere();
        page.next();
    }

    /** The server looks for the records when it starts, and by the minute. */
    static void sign(PlayedPage page) throws Exception {
        page.names("");
        page.configure(TO_SIGN);
        page.next();
        String first = zoneLines(page.said());
        page.names(first);
        page.serve();
        page.nextInTheEnd(0);
        page.next();
        page.next();
        String second = zoneLines(page.said());
        page.next();
        page.stop();
        page.names(first + second);
        page.serve();
        page.nextInTheEnd(0);
    }

    /** What it says to publish, as a zone file has it. */
    private static String zoneLines(String said) {
        List<String> blocks = Stream.of(said.split("\n\n", -1))
                .filter(block -> block.lines().findFirst().orElse("").matches("\\S+\\. IN [A-Z]+ .*"))
                .toList();
        return blocks.stream().collect(Collectors.joining("\n", "", "\n"));
    }
}
