package org.postern.app;

/** Days of an operator: a mistake, and a queue that stands still. */
final class OperateScene {
    private static final String SETTINGS = """
        hostname = "mx.example.com"
        data = "/var/lib/postern"

        [[listen]]
        address = "127.0.0.1:25"
        role = "trusted"

        [relay]
        trusted = ["127.0.0.0/8"]
        [[routes]]
        to = "dead.example"
        via = "smtp://127.0.0.1:2600"

        [domains."localhost"]
        deliver = "maildir:/var/lib/postern/mail/{domain}/{local}"
        %s = ["bob", "eve", "ann", "joe"]
        """;

    private OperateScene() {}

    static void play(PlayedPage page) throws Exception {
        reload(page);
        queue(page);
    }

    /** A host with mailboxes of its own, and a route to nobody. */
    static String settings() {
        return SETTINGS.formatted("mailboxes");
    }

    private static void reload(PlayedPage page) throws Exception {
        page.configure(settings());
        page.serve();
        page.configure(SETTINGS.formatted("mailboxs"));
        page.next(1);
        page.configure(settings());
        page.next();
        page.stop();
    }

    /** A file lies where the mail should go. */
    private static void queue(PlayedPage page) throws Exception {
        page.world().write("/var/lib/postern/mail", "");
        page.serve();
        page.brings("127.0.0.1", "c.example.org", "ann@example.org", "bob@localhost", "Subject: hello\n\nhello\n");
        page.brings(
                "127.0.0.1",
                "c.example.org",
                "ann@example.org",
                "eve@localhost,ann@localhost,joe@localhost",
                "Subject: hello\n\nhello all\n");
        page.nextInTheEnd(0); // list
        page.next(); // hold
        page.next(); // show
        page.next(); // release
        page.next(); // retry
        RealServer.eventually(() -> page.says("postern queue list").split(" 2x ", -1).length == 3);
        page.next(); // flush
        RealServer.eventually(() -> page.says("postern queue list").split(" 3x ", -1).length == 3);
        page.next(); // drop
        page.next(); // hold
        page.next(); // list --json --held
        page.stop();
    }
}
