package org.postern.app;

/** The server without a configuration, as a newcomer starts it; then two whom it judges. */
final class ReadmeScene {
    private ReadmeScene() {}

    static void play(PlayedPage page) throws Exception {
        page.world().write("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 mx.example.com mx\n");
        page.world().run("hostname", "mx");
        page.nextServes();
        page.next();
        page.nextInTheEnd(0);
        page.stop();

        page.names("""
            mail.good.example. A 192.0.2.10
            mail.good.example. TXT "v=spf1 a -all"
            10.2.0.192.in-addr.arpa. PTR mail.good.example.
            sender.example. A 192.0.2.50
            """);
        page.next();
        // He would not be let in.
        page.next(1);
        page.nextServes();
    }
}
