package org.postern.app;

/** The first mail for a domain, by the page's own configuration; then a front end. */
final class ReceiveScene {
    private ReceiveScene() {}

    static void play(PlayedPage page) throws Exception {
        page.names("""
            mx.example.com. A 192.0.2.10
            10.2.0.192.in-addr.arpa. PTR mx.example.com.
            1.0.0.127.in-addr.arpa. PTR localhost.
            localhost. A 127.0.0.1
            client.example. A 127.0.0.1
            """);
        page.world().run("hostname", "client.example");
        String toml = page.shows("hostname   = ");
        page.configure(toml);
        page.serve();
        page.next();
        page.saysInTheEnd("ls /var/mail/example.com/ann/new", ".mx.example.com");
        page.stop();

        page.configure(toml.replace("0.0.0.0:25\"", "0.0.0.0:25\"\nproxies = [\"127.0.0.1\"]"));
        page.serve();
        page.next();
    }
}
