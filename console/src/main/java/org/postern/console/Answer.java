package org.postern.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * What is said to a request, RFC 9112 §4 and §6. The connection always ends with it, so that nobody keeps one.
 *
 * @param type of the text
 * @param more fields that go with it, each with its line end
 */
record Answer(Status status, String type, String more, String text) {
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    /** Those of RFC 9110 and 6585 that we have a use for. */
    enum Status {
        OK(200, "OK"),
        BAD(400, "Bad Request"),
        NOT_FOUND(404, "Not Found"),
        NOT_ALLOWED(405, "Method Not Allowed"),
        MISDIRECTED(421, "Misdirected Request"),
        TOO_LARGE(431, "Request Header Fields Too Large"),
        FAULT(500, "Internal Server Error"),
        UNAVAILABLE(503, "Service Unavailable");

        private final int code;
        private final String phrase;

        Status(int code, String phrase) {
            this.code = code;
            this.phrase = phrase;
        }

        int code() {
            return code;
        }
    }

    static Answer plain(Status status, String text) {
        return new Answer(status, PLAIN, "", text + "\n");
    }

    /** As it goes over the wire. */
    byte[] octets(boolean withText, Instant now) {
        byte[] content = text.getBytes(UTF_8);
        String head = "HTTP/1.1 " + status.code + " " + status.phrase + "\r\n"
                + "Date: " + DATE.format(now) + "\r\n"
                + "Content-Type: " + type + "\r\n"
                + "Content-Length: " + content.length + "\r\n"
                + "Cache-Control: no-store\r\n"
                + "X-Content-Type-Options: nosniff\r\n"
                + more
                + "Connection: close\r\n\r\n";
        var octets = new ByteArrayOutputStream(head.length() + content.length);
        octets.writeBytes(head.getBytes(ISO_8859_1));
        if (withText) {
            octets.writeBytes(content);
        }
        return octets.toByteArray();
    }
}
