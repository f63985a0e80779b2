package org.postern.postfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.dnsbl.ListZone.Codes;

/** Writes {@code [[policy.dnsbl]]} and {@code [[policy.dnswl]]}: zones that list clients, with what their answers earn. */
final class Zones {
    /** Any answer: without those that are a fault of the zone. */
    private static final String ANY = "127.0.0.1-127.255.254.255";

    /** More ranges than a person writes: a pattern of octets becomes one for each combination. */
    private static final int MAX_RANGES = 1_024;

    private static final Pattern SITE =
            Pattern.compile("(?<zone>[^=*\\s]+)(?:=(?<filter>[0-9.;\\[\\]]+))?(?:\\*(?<weight>-?[0-9]{1,6}))?");
    private static final Pattern OCTET = Pattern.compile("(\\[[^\\]]*]|[0-9]{1,3})(?:\\.|$)");

    private final Source source;
    private final Map<String, Map<String, String>> block = new LinkedHashMap<>();
    private final Map<String, TreeSet<String>> welcome = new LinkedHashMap<>();

    Zones(Source source) {
        this.source = source;
    }

    /** {@code reject_rbl_client zone=filter}. */
    void block(String site, String action, String where) {
        add(site, action, where, "reject_rbl_client");
    }

    /** {@code permit_dnswl_client zone=filter}. */
    void welcome(String site, String where) {
        Matcher parts = SITE.matcher(site);
        Optional<List<String>> codes = parts.matches() ? codes(parts.group("filter")) : Optional.empty();
        if (codes.isEmpty()) {
            strange(site, where, "permit_dnswl_client");
        } else {
            welcome.computeIfAbsent(parts.group("zone"), _ -> new TreeSet<>()).addAll(codes.get());
        }
    }

    /** {@code postscreen_dnsbl_sites}: weights that add up to a threshold. */
    void postscreen() throws Unreadable {
        Settings settings = source.settings();
        String rejecting =
                switch (settings.value("postscreen_dnsbl_action")) {
                    case "enforce", "drop" -> "reject";
                    default -> "note";
                };
        int threshold = number(settings.value("postscreen_dnsbl_threshold"));
        String where = settings.where("postscreen_dnsbl_sites");
        for (String site : settings.words("postscreen_dnsbl_sites")) {
            Matcher parts = SITE.matcher(site);
            int weight = parts.matches() && parts.group("weight") != null ? number(parts.group("weight")) : 1;
            if (weight < 0) {
                welcome(site, where);
                source.draft()
                        .remark(
                                where,
                                "postscreen_dnsbl_sites = ... " + site,
                                "who is listed there is not refused for other lists, whatever weight they have");
            } else if (weight >= threshold) {
                add(site, rejecting, where, "postscreen_dnsbl_sites");
            } else if (weight > 0) {
                add(site, "note", where, "postscreen_dnsbl_sites");
                source.draft()
                        .remark(
                                where,
                                "postscreen_dnsbl_sites = ... " + site,
                                "counts " + weight + " of the " + threshold
                                        + " that postscreen_dnsbl_threshold asks for; weights are not added up here,"
                                        + " so that this list alone is noted only. Choose \"quarantine\" or \"reject\""
                                        + " for it when you believe it");
            }
        }
        if (!block.isEmpty() && rejecting.equals("note")) {
            source.remark("postscreen_dnsbl_action", "who is listed is noted only, as Postfix logs it");
        }
    }

    private void add(String site, String action, String where, String setting) {
        Matcher parts = SITE.matcher(site);
        Optional<List<String>> codes = parts.matches() ? codes(parts.group("filter")) : Optional.empty();
        if (codes.isEmpty() || Source.domain(parts.group("zone")).isEmpty()) {
            strange(site, where, setting);
            return;
        }
        Map<String, String> rows = block.computeIfAbsent(parts.group("zone"), _ -> new LinkedHashMap<>());
        codes.get().forEach(code -> rows.merge(code, action, (old, other) -> old.equals("reject") ? old : other));
    }

    private void strange(String site, String where, String setting) {
        source.draft()
                .remark(
                        where,
                        setting + " ... " + site,
                        "is no zone with answers as 127.0.0.[2..11]: write a [[policy.dnsbl]] for it");
    }

    void write() {
        block.forEach((zone, codes) -> {
            Draft.Part part = source.draft().another("policy.dnsbl");
            part.text("zone", zone);
            part.plain(
                    "codes",
                    codes.entrySet().stream()
                            .map(code -> "\"" + code.getKey() + "\" = \"" + code.getValue() + "\"")
                            .collect(Collectors.joining(", ", "{ ", " }")));
        });
        welcome.forEach((zone, codes) -> {
            Draft.Part part = source.draft().another("policy.dnswl");
            part.text("zone", zone);
            part.list("codes", codes);
        });
    }

    /** Ranges for {@code 127.0.[0..255].[1;3..5]}; empty when it makes no sense. */
    static Optional<List<String>> codes(@Nullable String filter) {
        if (filter == null) {
            return Optional.of(List.of(ANY));
        }
        List<String> prefixes = List.of("");
        Matcher octet = OCTET.matcher(filter);
        int count = 0;
        int end = 0;
        while (octet.find() && octet.start() == end && count < 4) {
            end = octet.end();
            count++;
            Optional<List<int[]>> ranges = ranges(octet.group(1));
            if (ranges.isEmpty()) {
                return Optional.empty();
            }
            prefixes = count < 4 ? each(prefixes, ranges.get()) : last(prefixes, ranges.get());
            if (prefixes.size() > MAX_RANGES) {
                return Optional.empty();
            }
        }
        return count == 4
                        && end == filter.length()
                        && prefixes.stream().allMatch(code -> Codes.parse(code).isPresent())
                ? Optional.of(prefixes)
                : Optional.empty();
    }

    private static List<String> each(List<String> prefixes, List<int[]> ranges) {
        var all = new ArrayList<String>();
        for (String prefix : prefixes) {
            for (int[] range : ranges) {
                for (int octet = range[0]; octet <= range[1]; octet++) {
                    all.add(prefix + octet + ".");
                }
            }
        }
        return all;
    }

    private static List<String> last(List<String> prefixes, List<int[]> ranges) {
        var all = new ArrayList<String>();
        for (String prefix : prefixes) {
            for (int[] range : ranges) {
                all.add(prefix + range[0] + (range[0] == range[1] ? "" : "-" + prefix + range[1]));
            }
        }
        return all;
    }

    private static Optional<List<int[]>> ranges(String octet) {
        String text = octet.startsWith("[") ? octet.substring(1, octet.length() - 1) : octet;
        var ranges = new ArrayList<int[]>();
        for (String item : text.split(";", -1)) {
            Matcher range =
                    Pattern.compile("([0-9]{1,3})(?:\\.\\.([0-9]{1,3}))?").matcher(item);
            if (!range.matches()) {
                return Optional.empty();
            }
            int from = Integer.parseInt(range.group(1));
            int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
            if (from > to || to > 255) {
                return Optional.empty();
            }
            ranges.add(new int[] {from, to});
        }
        return Optional.of(ranges);
    }

    private static int number(String text) {
        return text.matches("-?[0-9]{1,6}") ? Integer.parseInt(text) : 1;
    }
}
