package org.postern.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.smtp.transcript.Peer;

/**
 * Sessions of strangers, of many kinds, from addresses that a front end names: what each client wrote down is its story as the client knows it.
 */
final class Strangers {
    static final String ZONE = """
        mail.good.example. A 192.0.2.10
        mail.good.example. TXT "v=spf1 a -all"
        10.2.0.192.in-addr.arpa. PTR mail.good.example.
        other.good.example. A 192.0.2.99
        11.2.0.192.in-addr.arpa. PTR host-192-0-2-11.dyn.isp.example.
        host-192-0-2-11.dyn.isp.example. A 192.0.2.11
        13.2.0.192.in-addr.arpa. PTR liar.example.
        liar.example. A 192.0.2.77
        sender.example. A 192.0.2.50
        only.example. A 192.0.2.51
        only.example. TXT "v=spf1 ip4:192.0.2.51 -all"
        mx.example.com. A 192.0.2.1
        strict.example. A 192.0.2.52
        _dmarc.strict.example. TXT "v=DMARC1; p=reject"
        """;

    private static final Pattern ID = Pattern.compile("(s-[0-9A-Z]{15}|m-[0-9A-Z]{13})");

    private static final String SENDER = "ann@sender.example";

    /** What a client does. */
    enum Kind {
        GOOD("192.0.2.10", "mail.good.example", SENDER),
        OTHER_NAME("192.0.2.10", "other.good.example", SENDER),
        NO_PTR("192.0.2.12", "other.good.example", SENDER),
        NOT_PERMITTED("192.0.2.12", "mail.good.example", SENDER),
        LIAR("192.0.2.13", "liar.example", SENDER),
        DYNAMIC("192.0.2.11", "host-192-0-2-11.dyn.isp.example", SENDER),
        OUR_NAME("192.0.2.50", "mx.example.com", SENDER),
        BARE_IP("192.0.2.10", "192.0.2.10", SENDER),
        OTHER_LITERAL("192.0.2.10", "[192.0.2.99]", SENDER),
        BAD_NAME("192.0.2.10", "bad..name", SENDER),
        LOCALHOST("192.0.2.10", "localhost", SENDER),
        NOWHERE("192.0.2.10", "nowhere.good.example", SENDER),
        NOWHERE_AND_NO_PTR("192.0.2.12", "nowhere.good.example", SENDER),
        NO_SUCH_SENDER("192.0.2.10", "mail.good.example", "ann@gone.example"),
        FORGED("192.0.2.10", "mail.good.example", "ann@only.example"),
        FORGED_AUTHOR("192.0.2.10", "mail.good.example", "ann@strict.example"),
        REPORT("192.0.2.10", "mail.good.example", ""),
        UNKNOWN("192.0.2.10", "mail.good.example", SENDER, "nobody@example.com"),
        UNKNOWN_AND_NO_PTR("192.0.2.12", "other.good.example", SENDER, "nobody@example.com"),
        POSTMASTER("192.0.2.12", "nowhere.good.example", SENDER, "postmaster@example.com"),
        TWO_RECIPIENTS("192.0.2.13", "liar.example", SENDER, "bob@example.com", "eve@example.com"),
        TALKS_EARLY("192.0.2.10", "mail.good.example", SENDER),
        GOES_AWAY("192.0.2.10", "mail.good.example", SENDER);

        private final String client;
        private final String name;
        private final String from;

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<String> to;

        Kind(String client, String name, String from, String... to) {
            this.client = client;
            this.name = name;
            this.from = from;
            this.to = to.length == 0 ? List.of("bob@example.com") : List.of(to);
        }
    }

    /**
     * What a client wrote down.
     *
     * @param id the session or the message, as the last reply that counted names it; empty when none did
     * @param reply that
     */
    record Note(Kind kind, String id, String reply) {}

    private Strangers() {}

    /** A kind at random. */
    static Kind any(Random random) {
        return Kind.values()[random.nextInt(Kind.values().length)];
    }

    /** One session of that kind. */
    static Note come(InetSocketAddress server, Kind kind) throws IOException {
        try (Peer peer = Peer.to(server)) {
            String proxy = "PROXY TCP4 " + kind.client + " 192.0.2.1 4711 " + server.getPort() + "\r\n";
            peer.send(kind == Kind.TALKS_EARLY ? proxy + "EHLO " + kind.name + "\r\n" : proxy);
            String reply = peer.reply();
            if (reply.startsWith("220")) {
                reply = kind == Kind.TALKS_EARLY ? peer.reply() : peer.ask("EHLO " + kind.name);
            }
            return reply.startsWith("250") ? mail(peer, kind) : note(kind, reply);
        }
    }

    private static Note mail(Peer peer, Kind kind) throws IOException {
        String reply = peer.ask("MAIL FROM:<" + kind.from + ">");
        boolean isTaken = false;
        for (String to : kind.to) {
            reply = peer.ask("RCPT TO:<" + to + ">");
            isTaken |= reply.startsWith("250");
        }
        if (isTaken && kind != Kind.GOES_AWAY) {
            peer.ask("DATA");
            String author = kind.from.isEmpty() ? "ann@sender.example" : kind.from;
            reply = peer.ask("From: " + author + "\r\nSubject: hello\r\n\r\nhello\r\n.");
        }
        Note note = note(kind, reply);
        peer.ask("QUIT");
        return note;
    }

    private static Note note(Kind kind, String reply) {
        Matcher id = ID.matcher(reply);
        String last = "";
        while (id.find()) {
            last = id.group();
        }
        return new Note(kind, last, reply);
    }
}
