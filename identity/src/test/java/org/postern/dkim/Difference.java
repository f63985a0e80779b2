package org.postern.dkim;

import java.util.Optional;
import org.postern.dkim.DkimMatrixTest.Change;
import org.postern.dkim.DkimMatrixTest.Signed;
import org.postern.dkim.DkimMatrixTest.Signer;

/** Why another program judges otherwise than we, and by which section of RFC 6376 we do not follow it. */
enum Difference {
    FROM_ADDED("§8.15: believes a signature though a From stands there that it does not sign"),
    SPACE_BEFORE_COLON("§3.4.2: does not read a header with white space before a colon"),
    NO_LAST_LINE_END("§3.4.4: does not take a body whose last line has no line end"),
    SPACE_AND_NO_LAST_LINE_END("§3.4.4: keeps white space at the end of a last line without a line end");

    private final String why;

    Difference(String why) {
        this.why = why;
    }

    @Override
    public String toString() {
        return name() + " " + why;
    }

    /** Also why we judge otherwise what another one has signed in its own way. */
    private boolean explains(Signer who, Signed signed, Change change) {
        boolean isOurs = who == Signer.US;
        boolean relaxedBody = signed.style().body() == Form.RELAXED;
        return switch (this) {
            case FROM_ADDED -> who == Signer.OPENDKIM && change == Change.A_FROM_ADDED;
            case SPACE_BEFORE_COLON -> !isOurs && change == Change.SPACE_BEFORE_THE_COLON;
            case NO_LAST_LINE_END ->
                who == Signer.OPENDKIM && relaxedBody && signed.shape().equals("no last line end");
            case SPACE_AND_NO_LAST_LINE_END ->
                relaxedBody
                        && !(isOurs && signed.signer() == Signer.US)
                        && signed.shape().equals("white space and no last line end");
        };
    }

    /** The first that explains why {@code who} judges otherwise. */
    static Optional<Difference> of(Signer who, Signed signed, Change change) {
        for (Difference difference : values()) {
            if (difference.explains(who, signed, change)) {
                return Optional.of(difference);
            }
        }
        return Optional.empty();
    }
}
