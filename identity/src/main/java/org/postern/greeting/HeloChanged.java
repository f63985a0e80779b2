package org.postern.greeting;

import java.util.Locale;
import java.util.Optional;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Greeting;

/**
 * {@code helo-changed}: does it greet by another name than before in this session? The same name again, after STARTTLS or with HELO where
 * EHLO was refused, is no change.
 */
public final class HeloChanged {
    private HeloChanged() {}

    /** Pass or fail; {@code first} is the session's first greeting, whether it was taken or not. */
    public static Finding check(Optional<Greeting.Name> first, Greeting.Name now) {
        boolean changed = first.isPresent() && !same(first.get(), now);
        return changed
                ? Finding.of(
                        Check.HELO_CHANGED,
                        Result.FAIL,
                        "it greeted as " + first.get().text() + " before, and now as " + now.text())
                : Finding.of(Check.HELO_CHANGED, Result.PASS, "it keeps to its name");
    }

    private static boolean same(Greeting.Name one, Greeting.Name other) {
        return one.text().toLowerCase(Locale.ROOT).equals(other.text().toLowerCase(Locale.ROOT));
    }
}
