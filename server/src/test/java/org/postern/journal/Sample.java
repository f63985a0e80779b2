package org.postern.journal;

import java.util.List;

/** Entries as sessions and deliveries make them. */
final class Sample {
    private Sample() {}

    static Entry.Transaction transaction(long at, int number, String from, String to) {
        return new Entry.Transaction(
                at,
                session(number),
                new Entry.Caller(
                        "mx",
                        false,
                        "192.0.2." + number % 250,
                        "",
                        "ehlo",
                        "mail" + number % 100 + ".good.example",
                        "mail" + number % 100 + ".good.example",
                        "TLSv1.3 TLS_AES_256_GCM_SHA384",
                        false),
                Entry.Stage.CONTENT,
                "<" + from + ">",
                List.of(new Entry.Recipient("<" + to + ">", List.of(), new Entry.Told("", "", "250 2.1.5 noted"))),
                new Entry.Told(
                        number % 10 == 0 ? "reject" : "accept",
                        number % 10 == 0 ? "iprev" : "",
                        number % 10 == 0 ? "550 5.7.25 no" : "250 2.0.0 kept as " + message(number)),
                number % 10 == 0 ? "" : message(number),
                number + ".abc@mail.example",
                1_234,
                List.of(new Entry.Found("iprev", "pass", "note", "", "mail.good.example", "it leads back", List.of(0))),
                List.of(new Entry.Fact(
                        "PTR 10.2.0.192.in-addr.arpa", "mail.good.example", 3_600, 12, "127.0.0.1:53", "insecure")),
                List.of());
    }

    static Entry.Attempt attempt(long at, int number, String to) {
        return new Entry.Attempt(
                at,
                message(number),
                "local",
                3,
                40,
                List.of(new Entry.Tried(
                        "<" + to + ">", "delivered", "", "", "", "", "/var/mail/example.com/ann", "delivered", 0)));
    }

    static String session(int number) {
        return String.format("s-01JD4Z6X9M%05d", number);
    }

    static String message(int number) {
        return String.format("m-1JD4Z6X9%05d", number);
    }
}
