package org.postern.door;

import java.util.List;
import java.util.Optional;
import org.postern.config.Quarantine;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.policy.Action;
import org.postern.policy.Case;
import org.postern.policy.Judged;
import org.postern.policy.Proof;
import org.postern.policy.Verdict;
import org.postern.smtp.AddressLiteral;
import org.postern.spool.Doubt;

/** What is kept of a verdict with a message that goes into quarantine, so that people can be told later. */
final class Doubts {
    /** Characters of a note: what a zone or a client wrote may be long. */
    private static final int MOST = 500;

    private Doubts() {}

    /** Of a message that is judged so; empty when it does not go into quarantine. */
    static Optional<Doubt> of(Verdict verdict, Case one, Quarantine settings) {
        if (verdict.action() != Action.QUARANTINE) {
            return Optional.empty();
        }
        List<Doubt.Note> notes = verdict.findings().stream()
                .filter(judged -> judged.action() != Action.NOTE || isOdd(judged.finding()))
                .map(Doubts::note)
                .toList();
        return Optional.of(Doubt.fresh(
                switch (settings.place()) {
                    case JUNK -> Doubt.Way.JUNK;
                    case HOLD -> Doubt.Way.HELD;
                },
                AddressLiteral.text(one.client()),
                one.name().text(),
                verdict.decidedBy().map(finding -> finding.check().id()).orElse(""),
                notes,
                Proof.of(one).toString()));
    }

    private static boolean isOdd(Finding finding) {
        return finding.result() != Result.PASS && finding.result() != Result.NONE;
    }

    private static Doubt.Note note(Judged judged) {
        Finding finding = judged.finding();
        String text = finding.text();
        return new Doubt.Note(
                finding.check().id(),
                finding.result().word(),
                judged.action() != Action.NOTE,
                text.length() > MOST ? text.substring(0, MOST) + "..." : text);
    }
}
