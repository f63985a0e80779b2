package org.postern.app;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.postern.finding.Check;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.policy.Action;
import org.postern.policy.Judged;
import org.postern.policy.Verdict;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Greeting;
import org.postern.smtp.ReversePath;
import picocli.CommandLine.Help.Ansi;

/** A judged client as people read it. */
final class JudgeText {
    private final Paint paint;

    JudgeText(Ansi ansi) {
        this.paint = new Paint(ansi);
    }

    String of(InetAddress client, String verb, Greeting.Name name, ReversePath from, Verdict verdict) {
        var text = new StringBuilder();
        text.append(AddressLiteral.text(client))
                .append(" says ")
                .append(verb)
                .append(' ')
                .append(Harmless.text(name.text()));
        JudgeCommand.readable(name)
                .ifPresent(
                        shown -> text.append(" (").append(Harmless.text(shown)).append(')'));
        text.append(", MAIL FROM:").append(Harmless.text(from.path())).append("\n\n");
        for (Judged judged : verdict.findings()) {
            row(text, judged);
        }
        text.append('\n')
                .append(paint.bold("verdict  " + verdict.word() + because(verdict)))
                .append('\n');
        verdict.reply()
                .ifPresent(reply -> text.append("reply    ")
                        .append(Harmless.text(reply.toString()))
                        .append('\n'));
        List<Finding> faults = verdict.findings().stream()
                .map(Judged::finding)
                .filter(JudgeText::isFault)
                .toList();
        if (!faults.isEmpty()) {
            text.append("\nwhat its owner should see to:\n");
            faults.forEach(fault ->
                    text.append("  - ").append(Harmless.text(fault.text())).append('\n'));
        }
        return text.toString();
    }

    private void row(StringBuilder text, Judged judged) {
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
                Harmless.text(finding.text()) + (judged.why().isEmpty() ? "" : " (" + judged.why() + ")"));
        text.append(paint.coloured(line, colour(judged))).append('\n');
        for (Evidence evidence : finding.evidence()) {
            text.append("    ")
                    .append(Harmless.text(evidence.question() + ": " + evidence.answer()))
                    .append(String.format(
                            Locale.ROOT,
                            "  [ttl %d, %d ms, %s, %s]",
                            evidence.ttl().toSeconds(),
                            evidence.time().toMillis(),
                            evidence.server().isEmpty() ? "nobody asked" : evidence.server(),
                            evidence.dnssec().name().toLowerCase(Locale.ROOT)))
                    .append('\n');
        }
    }

    private static String because(Verdict verdict) {
        return verdict.decidedBy().map(finding -> ", for " + finding).orElse("")
                + (verdict.unlessDmarc() ? ", unless DMARC passes (not known without a message)" : "");
    }

    /** What is not as it should be; a name that is only unlike another is not a fault by itself. */
    private static boolean isFault(Finding finding) {
        boolean fails = finding.result() == Result.FAIL
                || finding.result() == Result.PERMERROR
                || finding.result() == Result.SOFTFAIL;
        return fails && finding.check() != Check.HELO_RDNS;
    }

    private static String colour(Judged judged) {
        return switch (judged.finding().result()) {
            case PASS -> "32";
            case NONE, NEUTRAL -> "0";
            case FAIL, SOFTFAIL, TEMPERROR, PERMERROR, POLICY -> judged.action() == Action.NOTE ? "33" : "31";
        };
    }
}
