package org.postern.spool;

import java.util.zip.CRC32C;
import org.postern.spool.Damaged.Part;
import org.postern.spool.Remains.Sought;

/** Looks at every octet of one message. */
final class Examination {
    private final Remains remains;

    Examination(Remains remains) {
        this.remains = remains;
    }

    /** @throws SpoolProblem when a newer Postern wrote it */
    Found examine(MessageId id) throws SpoolProblem {
        return switch (remains.record(id)) {
            case Sought.There(byte[] record) -> withRecord(id, record);
            case Sought.Missing _ -> withoutRecord(id, "what came with it (envelope, trace) is missing");
            case Sought.Unreadable(String why) ->
                withoutRecord(id, "what came with it (envelope, trace) can't be read: " + why);
        };
    }

    private Found withRecord(MessageId id, byte[] record) throws SpoolProblem {
        SpooledMessage fresh;
        try {
            fresh = Records.message(id, record);
        } catch (SpoolProblem problem) {
            requireDamage(problem);
            return withoutRecord(id, "what came with it (envelope, trace) is damaged");
        }
        String content = content(fresh);
        if (!content.isEmpty()) {
            return broken(id, Records.label(fresh.envelope()), Part.CONTENT, content);
        }
        Remains.State state = remains.state(id);
        if (state.revision() == 0) {
            return new Found.Whole(fresh, !state.isSure());
        }
        try {
            return new Found.Whole(Records.withState(fresh, state.revision(), state.value()), !state.isSure());
        } catch (SpoolProblem problem) {
            requireDamage(problem);
            return new Found.Whole(fresh, true);
        }
    }

    /** Its content may tell whose it is. */
    private Found withoutRecord(MessageId id, String how) {
        boolean isThere = remains.lastPiece(id) >= 0;
        if (isThere && remains.isOpen(id)) {
            return new Found.Unfinished();
        }
        String label = remains.piece(id, 0).found().map(Examination::labelIn).orElse("");
        if (isThere || !label.isEmpty() || how.contains("damaged")) {
            return broken(id, label, Part.RECORD, how);
        }
        return remains.record(id) instanceof Sought.Unreadable ? broken(id, "", Part.WHOLE, how) : new Found.Absent();
    }

    private static String labelIn(byte[] piece) {
        try {
            return Records.labelIn(piece);
        } catch (RuntimeException odd) {
            return "";
        }
    }

    /** What is wrong with its content; empty when nothing is. */
    private String content(SpooledMessage message) {
        int pieces = Records.pieces(message);
        var crc = new CRC32C();
        long octets = 0;
        for (int number = 0; number < pieces; number++) {
            switch (remains.piece(message.id(), number)) {
                case Sought.There(byte[] piece) -> {
                    int from = number == 0 ? Records.opening(Records.label(message.envelope())).length : 0;
                    if (from > piece.length) {
                        return "its content is cut short";
                    }
                    crc.update(piece, from, piece.length - from);
                    octets += piece.length - from;
                }
                case Sought.Missing _ -> {
                    return "piece " + (number + 1) + " of " + pieces + " of its content is missing";
                }
                case Sought.Unreadable(String why) -> {
                    return "piece " + (number + 1) + " of " + pieces + " of its content can't be read: " + why;
                }
            }
        }
        return octets == message.octets() && (int) crc.getValue() == message.checksum()
                ? ""
                : "its content has another checksum than it came with";
    }

    private static Found broken(MessageId id, String label, Part part, String how) {
        return new Found.Broken(new Damaged(id, label, part, how));
    }

    private static void requireDamage(SpoolProblem problem) throws SpoolProblem {
        if (problem.kind() != SpoolProblem.Kind.DAMAGED) {
            throw problem;
        }
    }
}
