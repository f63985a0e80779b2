package org.postern.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import org.postern.begin.Standing;
import tools.jackson.databind.json.JsonMapper;

/** What {@code postern init} did and saw, as programs read it: docs/begin.md. */
record InitJson(
        String config,
        @JsonProperty("was_there") boolean wasThere,
        boolean fine,
        String hostname,
        List<String> domains,
        List<Asking.Assumed> assumed,
        List<String> done,
        List<String> undone,
        List<String> notes,
        List<Address> addresses,
        @JsonProperty("dns_is_right") boolean dnsIsRight,
        List<Row> records) {
    /** Of the host. */
    record Address(String address, String source) {}

    /** A record. */
    record Row(String type, String name, String state, String found, List<String> publish, String note) {}

    static String of(InitReport report) {
        return Harmless.json(JsonMapper.shared()
                .writeValueAsString(new InitJson(
                        report.file().toString(),
                        report.stood(),
                        report.isFine(),
                        report.config().hostname().canonical(),
                        report.config().domains().stream()
                                .map(domain -> domain.name().canonical())
                                .toList(),
                        report.assumed(),
                        report.done(),
                        report.undone(),
                        report.remarks(),
                        report.look().addresses().stream()
                                .map(one ->
                                        new Address(one.toString(), one.source().word()))
                                .toList(),
                        report.look().isRight(),
                        report.look().standings().stream().map(InitJson::row).toList())));
    }

    private static Row row(Standing one) {
        return new Row(
                one.kind().name().toLowerCase(Locale.ROOT),
                one.name(),
                one.state().word(),
                one.found(),
                one.publish(),
                one.note());
    }
}
