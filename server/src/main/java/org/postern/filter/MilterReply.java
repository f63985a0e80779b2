package org.postern.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a milter may answer to a stage. */
sealed interface MilterReply {
    /** On with the next stage; behind the last one: take it. */
    record Continue() implements MilterReply {}

    /** Take it; it needs to see no more. */
    record Accept() implements MilterReply {}

    /** No more of this stage, but on with the next. */
    record Skip() implements MilterReply {}

    /** It is still at it. */
    record Progress() implements MilterReply {}

    record Reject() implements MilterReply {}

    record Tempfail() implements MilterReply {}

    /** Take it, and drop it. */
    record Discard() implements MilterReply {}

    /** Close the client's connection, with 421 or without a word. */
    record HangUp() implements MilterReply {}

    /**
     * Tell the client so.
     *
     * @param code 400 to 599
     * @param text without codes; may be empty
     */
    record ReplyCode(int code, String text) implements MilterReply {
        boolean isForGood() {
            return code >= 500;
        }
    }

    /** A header field to add, wherever. */
    record Add(String name, String value) implements MilterReply {}

    /** Keep it apart. */
    record Quarantine(String reason) implements MilterReply {}

    /** Another change. */
    record Change(String what) implements MilterReply {}

    /** Reads one. @throws Gibberish when it is none */
    static MilterReply of(MilterWire.Packet packet) throws Gibberish {
        return switch (packet.kind()) {
            case 'c' -> new Continue();
            case 'a' -> new Accept();
            case 's' -> new Skip();
            case 'p' -> new Progress();
            case 'r' -> new Reject();
            case 't' -> new Tempfail();
            case 'd' -> new Discard();
            case 'f', '4' -> new HangUp();
            case 'y' -> Text.replyCode(Text.strings(packet.data(), 0, 1).getFirst());
            case 'h' -> {
                List<String> parts = Text.strings(packet.data(), 0, 2);
                yield new Add(parts.get(0), parts.get(1));
            }
            case 'i' -> {
                List<String> parts = Text.strings(packet.data(), 4, 2);
                yield new Add(parts.get(0), parts.get(1));
            }
            case 'q' -> new Quarantine(Text.strings(packet.data(), 0, 1).getFirst());
            case 'm' -> new Change("header fields");
            case 'b' -> new Change("the body");
            case 'e' -> new Change("the sender");
            case '+', '-', '2' -> new Change("recipients");
            default -> throw new Gibberish("an answer of the kind " + (int) packet.kind());
        };
    }

    /** What stands in a packet. */
    final class Text {
        /** RFC 5321 §4.2, RFC 2034 §4: a code, a space or hyphen, an enhanced code perhaps. */
        private static final Pattern LINE =
                Pattern.compile("(?<code>[45][0-9]{2})(?:[ -](?:[245]\\.[0-9]{1,3}\\.[0-9]{1,3}(?: |$))?(?<text>.*))?");

        private Text() {}

        /** Strings that each end with a NUL. @throws Gibberish when there are fewer */
        static List<String> strings(byte[] data, int from, int count) throws Gibberish {
            var strings = new ArrayList<String>();
            int start = from;
            for (int i = from; i < data.length && strings.size() < count; i++) {
                if (data[i] == 0) {
                    strings.add(new String(data, start, i - start, UTF_8));
                    start = i + 1;
                }
            }
            if (strings.size() < count) {
                throw new Gibberish("an answer that is cut off");
            }
            return strings;
        }

        static ReplyCode replyCode(String reply) throws Gibberish {
            List<Matcher> lines = reply.lines().map(LINE::matcher).toList();
            if (lines.isEmpty() || !lines.stream().allMatch(Matcher::matches)) {
                throw new Gibberish("a reply to the client without a code");
            }
            // Whoever wrote it had to double each of them.
            String text = lines.stream()
                    .map(line ->
                            line.group("text") == null ? "" : line.group("text").replace("%%", "%"))
                    .collect(Collectors.joining(" "))
                    .strip();
            return new ReplyCode(Integer.parseInt(lines.getFirst().group("code")), text);
        }
    }
}
