package org.postern.postfix;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What each check earns. All that a profile turns away stands here, so that nothing is turned away which Postfix lets in; of what is said
 * twice the harder holds.
 */
final class Actions {
    private static final List<String> BY_HARDNESS = List.of("note", "defer", "reject");

    private final Map<String, Map<String, String>> checks = new LinkedHashMap<>();

    Actions() {
        for (String check :
                List.of("early-talk", "helo-syntax", "helo-bare-ip", "helo-fqdn", "helo-self", "helo-literal")) {
            set(check, "fail", "note");
        }
        set("helo-resolves", "fail", "note");
        set("iprev", "fail", "note");
        set("iprev", "permerror", "note");
        set("spf-helo", "fail", "note");
        set("from-domain", "fail", "note");
        set("dmarc", "fail", "note");
        set("dmarc", "permerror", "note");
        set("dmarc", "temperror", "note");
    }

    void set(String check, String result, String action) {
        checks.computeIfAbsent(check, _ -> new LinkedHashMap<>())
                .merge(
                        result,
                        action,
                        (old, other) -> BY_HARDNESS.indexOf(old) >= BY_HARDNESS.indexOf(other) ? old : other);
    }

    void write(Draft.Part part) {
        checks.forEach((check, results) -> part.plain(
                check,
                results.size() == 1 && results.containsKey("fail")
                        ? "\"" + results.get("fail") + "\""
                        : results.entrySet().stream()
                                .map(result -> result.getKey() + " = \"" + result.getValue() + "\"")
                                .collect(Collectors.joining(", ", "{ ", " }"))));
    }
}
