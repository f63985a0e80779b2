package org.postern.app;

/** Two doubtful messages that are held: one from a friend whose server has no name in reverse DNS, one from a shop. */
final class QuarantineScene {
    private QuarantineScene() {}

    static void play(PlayedPage page) throws Exception {
        page.names("""
            mail.example.org. A 192.0.2.20
            example.org. MX 10 mail.example.org.
            example.org. TXT "v=spf1 ip4:192.0.2.20 -all"
            mail.shop.example. A 192.0.2.12
            shop.example. MX 10 mail.shop.example.
            """);
        page.configure("""
            hostname = "mx.example.com"
            data = "/var/lib/postern"
            [[listen]]
            address = "0.0.0.0:25"
            [domains."example.com"]
            mailboxes = ["ann", "bob"]
            [policy]
            quarantine = "hold"
            """);
        page.serve();
        page.brings("192.0.2.20", "mail.example.org", "ann@example.org", "bob@example.com", """
            From: =?utf-8?Q?Ann_L=C3=A9e?= <ann@example.org>
            To: bob@example.com
            Subject: =?utf-8?B?R3LDvMOfZSBhdXMgS8O2bG4=?=
            Date: Sat, 28 Nov 2026 12:00:00 +0100

            Hello
            """);
        page.brings("192.0.2.12", "mail.shop.example", "news@shop.example", "bob@example.com,ann@example.com", """
            From: News <news@shop.example>
            Subject: =?utf-8?B?8J+OgSBZb3VyIHByaXplIBtbMzFtIGlzIHdhaXRpbmcgLSBjbGljayBoZXJlIG5vdywgdGhpcyA=?=
             =?utf-8?Q?is_a_long_subject_that_goes_on_and_on_until_it_has_to_be_broken?=

            Buy
            """);
        page.rest();
    }
}
