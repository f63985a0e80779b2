package org.postern.smtp.transcript;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dialogue written down, a step a line:
 *
 * <pre>
 * # why, with its RFC and section                 a comment
 * &#64;limit recipients=2                              a word to whoever sets the server up
 * C: EHLO client.example                          the client sends this and CR LF; lines in a row go in one packet
 * C~ EHLO cli                                     the same without CR LF
 * C: ---                                          what follows goes in a packet of its own
 * C: STARTTLS-HANDSHAKE                           the client shakes hands for TLS
 * C: CLOSE                                        the client closes the connection
 * S: 250-mx.example.com greets ...                the server answers this line; "..." stands for any rest
 * S: ...                                          any further lines of the same reply
 * S: 550 5.1.1 no such mailbox                    a refusal; it ends with the session's name, which needn't stand here
 * S: CLOSED                                       the server closes the connection
 * M: Subject: x                                   the message that was kept last has this line next
 * M: NONE                                         no message was kept
 * </pre>
 *
 * {@code <CR> <LF> <NUL> <xE9>} stand for octets, and {@code <a*1000>} for a thousand of them.
 */
public record Transcript(String name, List<Step> steps) {

    /** A step of the dialogue. */
    public sealed interface Step {
        /** Where it stands in its file, from 1. */
        int line();
    }

    /** For whoever sets the server up: a word and its argument. */
    public record Setting(int line, String word, String argument) implements Step {}

    /** The client sends; an octet a character. */
    public record Send(int line, String octets) implements Step {}

    /** What follows goes in a packet of its own. */
    public record Pause(int line) implements Step {}

    /** The client shakes hands. */
    public record Handshake(int line) implements Step {}

    /** The client hangs up. */
    public record HangUp(int line) implements Step {}

    /** The server answers a line. */
    public record Expect(int line, String text) implements Step {}

    /** The server closes. */
    public record ExpectClosed(int line) implements Step {}

    /** The message kept last has this line next; an octet a character. */
    public record Kept(int line, String octets) implements Step {}

    /** Nothing was kept. */
    public record KeptNone(int line) implements Step {}

    private static final Pattern TOKEN = Pattern.compile("<(CR|LF|NUL|x[0-9A-F]{2}|(.)\\*([0-9]+))>", Pattern.DOTALL);

    public Transcript {
        steps = List.copyOf(steps);
    }

    /** Reads a file. */
    public static Transcript read(Path file) throws IOException {
        var steps = new ArrayList<Step>();
        List<String> lines = Files.readAllLines(file, UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isBlank() && !line.startsWith("#")) {
                steps.add(step(i + 1, line));
            }
        }
        return new Transcript(String.valueOf(file.getFileName()), steps);
    }

    /** Its settings. */
    public List<Setting> settings() {
        return steps.stream()
                .filter(Setting.class::isInstance)
                .map(Setting.class::cast)
                .toList();
    }

    private static Step step(int number, String line) throws IOException {
        if (line.startsWith("@")) {
            String[] words = line.substring(1).split(" ", 2);
            return new Setting(number, words[0], words.length > 1 ? words[1] : "");
        }
        String rest = line.length() > 3 ? line.substring(3) : "";
        return switch (line.substring(0, Math.min(2, line.length()))) {
            case "C:" ->
                switch (rest) {
                    case "---" -> new Pause(number);
                    case "STARTTLS-HANDSHAKE" -> new Handshake(number);
                    case "CLOSE" -> new HangUp(number);
                    default -> new Send(number, octets(rest + "<CR><LF>"));
                };
            case "C~" -> new Send(number, octets(rest));
            case "S:" -> rest.equals("CLOSED") ? new ExpectClosed(number) : new Expect(number, rest);
            case "M:" -> rest.equals("NONE") ? new KeptNone(number) : new Kept(number, octets(rest + "<CR><LF>"));
            default -> throw new IOException("line " + number + " is no step: " + line);
        };
    }

    private static String octets(String text) {
        var octets = new ByteArrayOutputStream();
        Matcher token = TOKEN.matcher(text);
        int at = 0;
        while (token.find()) {
            octets.writeBytes(text.substring(at, token.start()).getBytes(UTF_8));
            octets.writeBytes(token(token));
            at = token.end();
        }
        octets.writeBytes(text.substring(at).getBytes(UTF_8));
        return octets.toString(ISO_8859_1);
    }

    private static byte[] token(Matcher token) {
        String name = token.group(1);
        return switch (name) {
            case "CR" -> new byte[] {'\r'};
            case "LF" -> new byte[] {'\n'};
            case "NUL" -> new byte[] {0};
            default ->
                token.group(2) == null
                        ? HexFormat.of().parseHex(name.substring(1))
                        : token.group(2)
                                .repeat(Integer.parseInt(token.group(3)))
                                .getBytes(UTF_8);
        };
    }
}
