package org.postern.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.postern.finding.Result;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What rspamd says of a message: the object that {@code /checkv2} answers with.
 *
 * @param action in rspamd's words, as {@code add header}
 * @param required the score from which on it rejects
 * @param symbols the heaviest, the first ones first
 * @param message for the client; may be empty
 * @param leftOut what it wants added and is not
 */
record RspamdAnswer(
        String action,
        double score,
        double required,
        List<Symbol> symbols,
        Optional<String> message,
        List<AddedField> fields,
        int leftOut) {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(50)
                            .maxNumberLength(100)
                            .build())
                    .build())
            .build();

    private static final Pattern ACTION = Pattern.compile("[a-z0-9]+(?:[ _-][a-z0-9]+){0,5}");
    private static final int MAX_ACTION = 32;
    private static final int MAX_SYMBOLS = 5;
    private static final int MAX_TEXT = 200;

    /** A rule that matched, and its weight. */
    record Symbol(String name, double score) {}

    RspamdAnswer {
        symbols = List.copyOf(symbols);
        fields = List.copyOf(fields);
    }

    /** Reads one. @throws Gibberish when it is none */
    static RspamdAnswer parse(byte[] octets) throws Gibberish {
        JsonNode answer;
        try {
            // From a text: Jackson would take UTF-16 and UTF-32 for JSON too.
            answer = MAPPER.readTree(new String(octets, UTF_8));
        } catch (JacksonException broken) {
            throw new Gibberish("no JSON");
        }
        String action = text(answer.path("action")).toLowerCase(Locale.ROOT);
        if (!ACTION.matcher(action).matches() || action.length() > MAX_ACTION) {
            throw new Gibberish("no action in its answer");
        }
        var fields = new ArrayList<AddedField>();
        int leftOut = 0;
        for (var named : answer.path("milter").path("add_headers").properties()) {
            for (JsonNode one : named.getValue().isArray() ? named.getValue() : List.of(named.getValue())) {
                Optional<AddedField> field = fields.size() < AddedField.MAX_FIELDS
                        ? AddedField.of(named.getKey(), text(one.isObject() ? one.path("value") : one))
                        : Optional.empty();
                field.ifPresent(fields::add);
                leftOut += field.isPresent() ? 0 : 1;
            }
        }
        return new RspamdAnswer(
                action,
                number(answer.path("score")),
                number(answer.path("required_score")),
                symbols(answer.path("symbols")),
                Optional.of(cut(text(answer.path("messages").path("smtp_message"))))
                        .filter(text -> !text.isBlank()),
                fields,
                leftOut);
    }

    private static List<Symbol> symbols(JsonNode all) {
        return all.properties().stream()
                .map(symbol -> new Symbol(
                        cut(symbol.getKey()), number(symbol.getValue().path("score"))))
                .sorted(Comparator.comparingDouble((Symbol symbol) -> Math.abs(symbol.score()))
                        .reversed()
                        .thenComparing(Symbol::name))
                .limit(MAX_SYMBOLS)
                .toList();
    }

    private static String text(JsonNode node) {
        return node.isString() ? node.asString() : "";
    }

    private static double number(JsonNode node) {
        double number = node.isNumber() ? node.asDouble() : 0;
        return Double.isFinite(number) ? number : 0;
    }

    private static String cut(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }

    /** The same, for a policy. */
    Opinion opinion() {
        String scores = shown(score) + " of " + shown(required);
        String heaviest = symbols.stream()
                .map(symbol -> symbol.name() + " " + shown(symbol.score()))
                .collect(Collectors.joining(", "));
        String text = "says \"" + action + "\""
                + message.map(words -> ": " + words).orElse("")
                + "; score " + scores
                + (heaviest.isEmpty() ? "" : ": " + heaviest)
                + (leftOut == 0 ? "" : "; " + leftOut + " of its header fields left out");
        String word = action.replace(' ', '-').replace('_', '-');
        return new Opinion(word, result(word), text, action + " " + scores, fields);
    }

    private static Result result(String word) {
        return switch (word) {
            case "no-action", "accept" -> Result.PASS;
            case "reject", "discard" -> Result.FAIL;
            case "add-header", "rewrite-subject", "quarantine", "greylist" -> Result.SOFTFAIL;
            // A soft reject, and what an operator has made up.
            default -> Result.NEUTRAL;
        };
    }

    private static String shown(double number) {
        return String.format(Locale.ROOT, "%.2f", number).replaceFirst("\\.?0+$", "");
    }
}
