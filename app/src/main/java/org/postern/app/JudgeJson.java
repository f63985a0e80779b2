package org.postern.app;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.finding.Finding;
import org.postern.policy.Verdict;
import tools.jackson.databind.json.JsonMapper;

/** A judged client as programs read it: {@code docs/judge.schema.json}. */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record JudgeJson(
        String verdict,
        Optional<String> unless,
        Optional<String> reply,
        @JsonProperty("decided_by") Optional<String> decidedBy,
        List<Row> findings) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** A finding. */
    record Row(String id, String result, String action, String text, List<Fact> evidence) {}

    /** A question and its answer. */
    record Fact(String question, String answer, long ttl, long ms, String server, String dnssec) {}

    static String of(Verdict verdict) {
        return MAPPER.writeValueAsString(new JudgeJson(
                verdict.word(),
                verdict.unlessDmarc() ? Optional.of("dmarc") : Optional.empty(),
                verdict.reply().map(Object::toString),
                verdict.decidedBy().map(finding -> finding.check().id()),
                verdict.findings().stream()
                        .map(judged -> row(judged.finding(), judged.action().word()))
                        .toList()));
    }

    private static Row row(Finding finding, String action) {
        return new Row(
                finding.check().id(),
                finding.result().word(),
                action,
                finding.text(),
                finding.evidence().stream()
                        .map(evidence -> new Fact(
                                evidence.question(),
                                evidence.answer(),
                                evidence.ttl().toSeconds(),
                                evidence.time().toMillis(),
                                evidence.server(),
                                evidence.dnssec().name().toLowerCase(Locale.ROOT)))
                        .toList());
    }
}
