package org.postern.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.postern.spool.MessageId;
import org.postern.spool.SpooledMessage;

/**
 * A page of messages that somebody looks for.
 *
 * @param next where to go on, even when none is in this one; empty at the end
 */
record Scan(List<SpooledMessage> found, Optional<MessageId> next) {
    /** So many messages are looked at for one page at most, however few of them are wanted. */
    private static final int MOST = 2_000;

    /** Messages behind one, in the order they came. */
    interface Source {
        List<SpooledMessage> after(Optional<MessageId> last, int most) throws IOException;
    }

    /** Up to {@code most} that are {@code wanted}, behind {@code after}; {@code atOnce} are read at once. */
    static Scan of(Source source, Optional<MessageId> after, int most, int atOnce, Predicate<SpooledMessage> wanted)
            throws IOException {
        List<SpooledMessage> found = new ArrayList<>();
        Optional<MessageId> last = after;
        for (int scanned = 0; scanned < MOST; ) {
            int page = Math.min(MOST - scanned, atOnce);
            List<SpooledMessage> read = source.after(last, page);
            for (SpooledMessage message : read) {
                last = Optional.of(message.id());
                scanned++;
                if (wanted.test(message)) {
                    found.add(message);
                    if (found.size() == most) {
                        return new Scan(found, last);
                    }
                }
            }
            if (read.size() < page) {
                return new Scan(found, Optional.empty());
            }
        }
        return new Scan(found, last);
    }
}
