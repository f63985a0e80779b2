package org.postern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.postern.policy.Greylist;
import org.postern.policy.OwnLists;
import org.postern.policy.Policy;
import org.postern.policy.Profile;

/**
 * {@code [policy]}: how strangers are judged.
 *
 * @param bannerDelay how long early talkers are waited for
 * @param receivedSpf whether a Received-SPF field is added as well
 */
public record Judging(
        Policy policy,
        OwnLists lists,
        List<Path> allowFiles,
        List<Path> denyFiles,
        Greylist.Settings greylist,
        DecideAt decideAt,
        Duration bannerDelay,
        boolean receivedSpf) {
    /** The defaults. */
    public static final Judging DEFAULT = new Judging(
            Policy.of(Profile.STANDARD),
            OwnLists.EMPTY,
            List.of(),
            List.of(),
            Greylist.Settings.DEFAULT,
            DecideAt.RCPT,
            Duration.ZERO,
            false);

    /** When a verdict is said. */
    public enum DecideAt {
        /** At RCPT, so that the log has the recipient, and postmaster stays reachable. */
        RCPT,
        /** As soon as it is known. */
        GREETING
    }

    public Judging {
        allowFiles = List.copyOf(allowFiles);
        denyFiles = List.copyOf(denyFiles);
    }
}
