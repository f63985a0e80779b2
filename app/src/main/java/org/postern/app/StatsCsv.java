package org.postern.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postern.journal.Handovers;
import org.postern.journal.Stats;
import org.postern.journal.Traffic;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A table for spreadsheets, RFC 4180: with a header row, lines ended by CR LF. Names and problems are what others wrote: a cell that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
final class StatsCsv {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();
    private static final StatsRows.OfTraffic TRAFFIC = StatsRows.OfTraffic.of("", new Traffic());
    private static final StatsRows.OfHandovers HANDOVERS = StatsRows.OfHandovers.of("", new Handovers());

    private StatsCsv() {}

    /** The busiest by what was asked for; the time, part by part, when nothing was. */
    static String of(Stats stats, Optional<Stats.By> by, int top) {
        if (by.isEmpty()) {
            List<StatsRows.OfSlot> slots = StatsRows.slots(stats);
            return table("since", slots.getFirst(), slots);
        }
        String key = by.get().name().toLowerCase(Locale.ROOT);
        return switch (by.get()) {
            case CLIENT, NAME, DOMAIN -> table(key, TRAFFIC, StatsRows.traffic(stats.traffic(), top));
            case CHECK -> table(key, TRAFFIC, StatsRows.traffic(stats.checks(), top));
            case DESTINATION -> table(key, HANDOVERS, StatsRows.handovers(stats.destinations(), top));
        };
    }

    /**
     * @param key what the first column is called
     * @param sample has the names of the others, for there may be no row
     */
    private static String table(String key, Object sample, List<?> rows) {
        var text = new StringBuilder();
        List<String> names =
                new ArrayList<>(MAPPER.<JsonNode>valueToTree(sample).propertyNames());
        names.set(0, key);
        line(text, names);
        for (Object row : rows) {
            line(
                    text,
                    MAPPER.<JsonNode>valueToTree(row).values().stream()
                            .map(StatsCsv::cell)
                            .toList());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append(cells.stream().map(StatsCsv::quoted).collect(Collectors.joining(",")))
                .append("\r\n");
    }

    private static String cell(JsonNode value) {
        return value.isNull()
                ? ""
                : value.isString() ? unformulated(Harmless.text(value.stringValue())) : value.toString();
    }

    private static String unformulated(String text) {
        return text.isEmpty() || "=+-@".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
    }

    private static String quoted(String cell) {
        return cell.indexOf(',') < 0 && cell.indexOf('"') < 0 ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
