package org.postern.app;

import java.net.InetAddress;
import java.util.List;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.policy.Judged;
import org.postern.policy.Verdict;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Greeting;
import org.postern.smtp.ReversePath;
import picocli.CommandLine.Help.Ansi;

/** A judged client as people read it. */
final class JudgeText {
    private final Paint paint;
    private final FindingRows rows;

    JudgeText(Ansi ansi) {
        this.paint = new Paint(ansi);
        this.rows = new FindingRows(paint);
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
            rows.row(text, judged);
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
}
