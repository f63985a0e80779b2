package org.postern.app;

/** A host of the network hands mail to the relay, by the page's own configuration; the world outside can't be reached. */
final class RelayScene {
    private RelayScene() {}

    static void play(PlayedPage page) throws Exception {
        page.world().run("ip", "address", "add", "10.0.0.25/32", "dev", "lo");
        page.names("example.org. MX 10 mx.example.org.\nmx.example.org. A 203.0.113.99\n");
        page.configure(page.shows("hostname = \"relay.example.com\"\ndata"));
        page.serve();
        page.next();
        page.saysInTheEnd("postern queue list", "203.0.113.99");
        page.next();
    }
}
