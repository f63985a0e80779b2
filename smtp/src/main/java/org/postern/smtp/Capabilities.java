package org.postern.smtp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a reply to EHLO advertised (RFC 5321 §4.1.1.1), which each side then keeps to. A keyword that isn't known here is kept as
 * it came; one that comes twice keeps its first parameters.
 *
 * @param keywords by their name in upper case, in their order, with their parameters
 */
public record Capabilities(Map<String, List<String>> keywords) {
    /** What HELO gets: none. */
    public static final Capabilities NONE = new Capabilities(Map.of());

    public Capabilities {
        var copy = new LinkedHashMap<String, List<String>>();
        keywords.forEach((keyword, parameters) -> {
            if (!Parameter.isKeyword(keyword) || !parameters.stream().allMatch(Capabilities::isParameter)) {
                throw new IllegalArgumentException("not a capability: " + keyword + " " + parameters);
            }
            copy.put(keyword, List.copyOf(parameters));
        });
        keywords = Collections.unmodifiableMap(copy);
    }

    /** These and {@code extension} with its parameters. */
    public Capabilities with(Extension extension, String... parameters) {
        var more = new LinkedHashMap<>(keywords);
        more.put(extension.keyword(), List.of(parameters));
        return new Capabilities(more);
    }

    /** Whether it was advertised. */
    public boolean has(Extension extension) {
        return keywords.containsKey(extension.keyword());
    }

    /** The largest message that is taken, in octets; empty when it wasn't said, is 0 (no fixed limit, RFC 1870 §4) or no number. */
    public OptionalLong maxMessageBytes() {
        List<String> parameters = keywords.getOrDefault(Extension.SIZE.keyword(), List.of());
        OptionalLong size = parameters.isEmpty() ? OptionalLong.empty() : number(parameters.getFirst());
        return size.isPresent() && size.getAsLong() == 0 ? OptionalLong.empty() : size;
    }

    /** A limit by its name in upper case, as {@code RCPTMAX}; empty when it wasn't said. RFC 9422 §4. */
    public OptionalLong limit(String name) {
        return keywords.getOrDefault(Extension.LIMITS.keyword(), List.of()).stream()
                .filter(limit -> limit.toUpperCase(Locale.ROOT).startsWith(name + "="))
                .map(limit -> number(limit.substring(name.length() + 1)))
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    /** The reply to EHLO: {@code hello} (our name and a word of welcome) and a line for each keyword. */
    public Reply toReply(String hello) {
        var lines = new ArrayList<String>();
        lines.add(hello);
        keywords.forEach((keyword, parameters) ->
                lines.add(parameters.isEmpty() ? keyword : keyword + " " + String.join(" ", parameters)));
        return new Reply(250, Optional.empty(), lines);
    }

    /** What {@code reply}, the answer to EHLO, advertised: its lines but the first; lines that are no keyword are left out. */
    public static Capabilities of(Reply reply) {
        var keywords = new LinkedHashMap<String, List<String>>();
        reply.lines().stream().skip(1).forEach(line -> {
            List<String> words = Arrays.stream(line.split("[ \t]+", -1))
                    .filter(word -> !word.isEmpty())
                    .toList();
            if (words.isEmpty()) {
                return;
            }
            String keyword = Cursor.upper(words.getFirst());
            List<String> parameters = words.subList(1, words.size());
            if (Parameter.isKeyword(keyword) && parameters.stream().allMatch(Capabilities::isParameter)) {
                keywords.putIfAbsent(keyword, parameters);
            }
        });
        return new Capabilities(keywords);
    }

    /** RFC 5321 §4.1.1.1: {@code ehlo-param = 1*(%d33-126)}. */
    private static boolean isParameter(String text) {
        return !text.isEmpty() && Letters.all(text, c -> c > 0x20 && c < 0x7f);
    }

    private static OptionalLong number(String text) {
        return text.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
