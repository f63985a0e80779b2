package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.postern.message.MailDate;
import org.postern.smtp.Domain;

/** A message written for a person who wants to send one: RFC 5322, RFC 2045, RFC 2047. */
final class Letter {
    private static final DateTimeFormatter DATE = MailDate.FORMAT;

    /** RFC 2047 §2: 75 characters in all; these are octets before base64. */
    private static final int ENCODED_WORD = 45;

    /** By their names in lower case: a later one takes the place of an earlier one. */
    private final Map<String, String> fields = new LinkedHashMap<>();

    private final List<Path> attachments = new ArrayList<>();
    private String body = "This is a test message, sent by hand with \"postern send\".\n";

    Letter(String from, String to, Domain host, ZonedDateTime now) {
        set("Date", DATE.format(now));
        set("From", from);
        set("To", to);
        set("Subject", "test " + DATE.format(now));
        set("Message-ID", "<" + UUID.randomUUID() + "@" + host + ">");
    }

    /**
     * A field in place of one of that name, if there is one.
     *
     * @throws IllegalArgumentException when it is none, or would be more than one
     */
    void header(String line) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon).strip();
        if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("a header field is written \"Name: value\", not \"" + line + "\"");
        }
        if (line.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException("a header field has one line: " + name);
        }
        set(name, line.substring(colon + 1).strip());
    }

    private void set(String name, String value) {
        fields.put(name.toLowerCase(Locale.ROOT), name + ": " + words(name, value));
    }

    void body(String text) {
        body = text.endsWith("\n") ? text : text + "\n";
    }

    void attach(Path file) {
        attachments.add(file);
    }

    /** RFC 2047: what isn't ASCII, in encoded words. */
    private static String words(String name, String value) {
        if (US_ASCII.newEncoder().canEncode(value)) {
            return value;
        }
        var words = new ArrayList<String>();
        var octets = new ByteArrayOutputStream();
        int[] letters = value.codePoints().toArray();
        for (int i = 0; i < letters.length; i++) {
            byte[] letter = Character.toString(letters[i]).getBytes(UTF_8);
            if (octets.size() + letter.length > ENCODED_WORD - (words.isEmpty() ? name.length() : 0)
                    && octets.size() > 0) {
                words.add(word(octets));
            }
            octets.writeBytes(letter);
        }
        words.add(word(octets));
        return String.join("\r\n ", words);
    }

    private static String word(ByteArrayOutputStream octets) {
        String word = "=?UTF-8?B?" + Base64.getEncoder().encodeToString(octets.toByteArray()) + "?=";
        octets.reset();
        return word;
    }

    /** The whole of it, CRLF line ends. */
    byte[] octets() throws IOException {
        var out = new ByteArrayOutputStream();
        fields.values().forEach(field -> line(out, field));
        line(out, "MIME-Version: 1.0");
        if (attachments.isEmpty()) {
            text(out);
            return out.toByteArray();
        }
        String boundary = UUID.randomUUID().toString();
        line(out, "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"");
        line(out, "");
        line(out, "--" + boundary);
        text(out);
        for (Path file : attachments) {
            line(out, "--" + boundary);
            attachment(out, file);
        }
        line(out, "--" + boundary + "--");
        return out.toByteArray();
    }

    private void text(ByteArrayOutputStream out) {
        boolean plain = US_ASCII.newEncoder().canEncode(body);
        line(out, "Content-Type: text/plain; charset=" + (plain ? "us-ascii" : "utf-8"));
        line(out, "Content-Transfer-Encoding: " + (plain ? "7bit" : "8bit"));
        line(out, "");
        body.lines().forEach(line -> line(out, line));
    }

    private static void attachment(ByteArrayOutputStream out, Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        String name =
                Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("attachment");
        String type = Optional.ofNullable(URLConnection.guessContentTypeFromName(name))
                .orElse("application/octet-stream");
        boolean isUtf8 = type.startsWith("text/") && new String(content, UTF_8).indexOf('\ufffd') < 0;
        line(out, "Content-Type: " + type + (isUtf8 ? "; charset=utf-8" : ""));
        line(out, "Content-Transfer-Encoding: base64");
        line(out, "Content-Disposition: attachment; " + filename(name));
        line(out, "");
        out.writeBytes(Base64.getMimeEncoder().encode(content));
        line(out, "");
    }

    /** RFC 2183 §2.3, RFC 2231 §4. */
    private static String filename(String name) {
        boolean plain = name.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\');
        if (plain) {
            return "filename=\"" + name + "\"";
        }
        var text = new StringBuilder("filename*=UTF-8''");
        for (byte octet : name.getBytes(UTF_8)) {
            boolean literal = octet == '.' || (octet > 0 && Character.isLetterOrDigit(octet));
            text.append(literal ? String.valueOf((char) octet) : String.format(Locale.ROOT, "%%%02X", octet & 0xff));
        }
        return text.toString();
    }

    private static void line(ByteArrayOutputStream out, String text) {
        out.writeBytes((text + "\r\n").getBytes(UTF_8));
    }
}
