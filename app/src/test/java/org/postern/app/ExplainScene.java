package org.postern.app;

import java.util.ArrayList;

/** Six messages that come to six different ends; then DNS changes, and each is asked about. */
final class ExplainScene {
    private static final String FROM = "ann@sender.example";

    private static final String JOURNAL = "/var/lib/postern/journal";

    private ExplainScene() {}

    static void play(PlayedPage page) throws Exception {
        page.names(zone("\"v=spf1 a -all\"", "mail.good.example.", "liar.example.")
                + "11.2.0.192.in-addr.arpa. PTR host-192-0-2-11.dyn.isp.example.\n");
        page.configure("""
            hostname = "mx.example.com"
            data = "/var/lib/postern"
            [[listen]]
            address = "0.0.0.0:25"
            [[listen]]
            address = "127.0.0.1:587"
            role = "trusted"
            [relay]
            trusted = ["127.0.0.0/8"]
            [domains."example.com"]
            mailboxes = ["bob"]
            [[routes]]
            to = "relay.test"
            via = "smtp://127.0.0.1:2601"
            [[routes]]
            to = "full.test"
            via = "smtp://127.0.0.1:2602"
            [policy.checks]
            helo-dynamic = "greylist"
            """);
        page.world().write("/etc/postern/strict.toml", "[policy]\nprofile = \"strict\"\n");
        page.world().write("/home/ann/hop.py", HOP);
        page.starts("python3 /home/ann/hop.py");
        page.serve();
        var ids = new ArrayList<String>();
        ids.add(stranger(page, "192.0.2.12", "mail.good.example"));
        ids.add(stranger(page, "192.0.2.11", "host-192-0-2-11.dyn.isp.example"));
        ids.add(stranger(page, "192.0.2.13", "liar.example"));
        ids.add(stranger(page, "192.0.2.10", "mail.good.example"));
        ids.add(ours(page, "x@relay.test"));
        ids.add(ours(page, "x@full.test"));

        page.names(zone("\"v=spf1 a ip4:192.0.2.12 -all\"", "gone.good.example.", "honest.example."));
        page.goTo("/etc/postern");
        page.saysInTheEnd("postern explain " + ids.get(3), "was delivered");
        page.about(ids.getFirst());
        page.next(1);
        page.about(ids.get(3));
        page.next(); // by its id
        page.next(); // by its Message-ID
        page.next(); // several
        page.next(); // --now
        page.next(); // --json
        for (int i = 0; i < ids.size(); i++) {
            // Taken and delivered is only the fourth. It and the first were asked about before.
            if (i != 0 && i != 3) {
                page.about(ids.get(i));
            }
            page.nextInTheEnd(i == 3 ? 0 : 1);
        }
        page.next(); // search
        page.next(); // search
        tail(page);
        page.next(1); // replay
        page.next(1); // she sent nothing
        page.next(); // forget
    }

    /** Somebody is refused, until that is seen. The journal is then again as it was: so often is not known. */
    private static void tail(PlayedPage page) throws Exception {
        page.stop();
        page.world().run("cp", "-a", JOURNAL, JOURNAL + ".kept");
        page.serve();
        for (int i = 0; i < 2; i++) {
            page.nextFollows(() -> stranger(page, "192.0.2.12", "192.0.2.12"), "192.0.2.12");
        }
        page.stop();
        page.world().run("sh", "-c", "rm -r " + JOURNAL + " && mv " + JOURNAL + ".kept " + JOURNAL);
    }

    private static String zone(String spf, String good, String liar) {
        return """
            mail.good.example. A 192.0.2.10
            mail.good.example. TXT %s
            10.2.0.192.in-addr.arpa. PTR %s
            host-192-0-2-11.dyn.isp.example. A 192.0.2.11
            13.2.0.192.in-addr.arpa. PTR %s
            liar.example. A 192.0.2.77
            sender.example. A 192.0.2.50
            """.formatted(spf, good, liar);
    }

    private static String stranger(PlayedPage page, String client, String name) throws Exception {
        return page.brings(
                client,
                name,
                FROM,
                "bob@example.com",
                "From: " + FROM + "\nMessage-ID: <a1." + client + "@" + name + ">\n\nhello\n");
    }

    private static String ours(PlayedPage page, String to) throws Exception {
        String said = page.says(
                "swaks --server 127.0.0.1:587 --tls --helo app.example.com --from bob@example.com --to " + to);
        return said.replaceAll("(?s).*kept as (m-[0-9A-Z]+).*", "$1");
    }

    /** A host that takes no mail for anybody. */
    private static final String HOP = """
        import socketserver
        class Hop(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b'220 hop.test\\r\\n')
                for line in self.rfile:
                    verb = line[:4].upper()
                    self.wfile.write(b'550 5.1.1 nobody has that name here\\r\\n' if verb == b'RCPT' else
                                     b'221 2.0.0 bye\\r\\n' if verb == b'QUIT' else b'250 2.0.0 well\\r\\n')
        socketserver.ThreadingTCPServer(('127.0.0.1', 2601), Hop).serve_forever()
        """;
}
