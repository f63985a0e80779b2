package org.postern.app;

import java.util.Locale;
import java.util.function.Function;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.policy.Action;
import org.postern.policy.Judged;

/** Findings as people read them: a line each, and a line for each answer that it rests on. */
record FindingRows(Paint paint) {
    /** A finding, and what it earned. */
    void row(StringBuilder text, Judged judged) {
        row(text, judged, _ -> "");
    }

    /** The same, with a word on each answer. */
    void row(StringBuilder text, Judged judged, Function<Evidence, String> remark) {
        Finding finding = judged.finding();
        String action = judged.action() == Action.NOTE
                ? judged.why().isEmpty() ? "" : "noted"
                : judged.action().word();
        String line = String.format(
                Locale.ROOT,
                "%-14s %-9s %-10s %s",
                finding.check().id(),
                finding.result().word(),
                action,
                Harmless.text(finding.text())
                        + (judged.why().isEmpty() ? "" : " (" + Harmless.text(judged.why()) + ")"));
        text.append(paint.coloured(line, colour(judged))).append('\n');
        for (Evidence evidence : finding.evidence()) {
            String more = remark.apply(evidence);
            text.append("    ")
                    .append(Harmless.text(evidence.question() + ": " + evidence.answer()))
                    .append(String.format(
                            Locale.ROOT,
                            "  [ttl %d, %d ms, %s, %s]",
                            evidence.ttl().toSeconds(),
                            evidence.time().toMillis(),
                            evidence.server().isEmpty() ? "nobody asked" : Harmless.text(evidence.server()),
                            evidence.dnssec().name().toLowerCase(Locale.ROOT)))
                    .append(more.isEmpty() ? "" : "  " + Harmless.text(more))
                    .append('\n');
        }
    }

    private static String colour(Judged judged) {
        return switch (judged.finding().result()) {
            case PASS -> "32";
            case NONE, NEUTRAL -> "0";
            case FAIL, SOFTFAIL, TEMPERROR, PERMERROR, POLICY -> judged.action() == Action.NOTE ? "33" : "31";
        };
    }
}
