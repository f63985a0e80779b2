package org.postern.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.postern.backup.MessageFile;
import org.postern.backup.Sha256;
import org.postern.spool.MessageId;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;

/** Messages handed out part by part: they never lie whole in memory. */
record Contents(Spool spool) {
    /** A whole number of base64's threes. */
    private static final int PART_OCTETS = 48 << 10;

    /** What comes behind the last part. */
    private interface End {
        Answer of(SpooledMessage message, int traceOctets, String sha256);
    }

    void tell(MessageId id, Control.Listener listener) throws IOException {
        tell(id, listener, (_, _, _) -> new Answer.Part("", true));
    }

    /** With all about it as it was when the first part was read. */
    void export(MessageId id, Control.Listener listener) throws IOException {
        tell(
                id,
                listener,
                (message, traceOctets, sha256) -> new Answer.Exported(MessageFile.of(message, traceOctets, sha256)));
    }

    private void tell(MessageId id, Control.Listener listener, End end) throws IOException {
        try {
            Optional<SpooledMessage> message = spool.find(id);
            if (message.isPresent()) {
                tell(message.get(), listener, end);
            } else {
                listener.answer(Desk.unknown(id));
            }
        } catch (SpoolProblem problem) {
            // Delivered, and so forgotten, while it was read: that is no damage.
            listener.answer(isGone(id) ? Desk.unknown(id) : Desk.failed(problem));
        }
    }

    private boolean isGone(MessageId id) throws IOException {
        try {
            return spool.find(id).isEmpty();
        } catch (SpoolProblem damaged) {
            return false;
        }
    }

    private void tell(SpooledMessage message, Control.Listener listener, End end) throws IOException {
        byte[] trace = message.trace().getBytes(UTF_8);
        MessageDigest sha256 = Sha256.begin();
        try (InputStream content = spool.content(message);
                var whole = new SequenceInputStream(new ByteArrayInputStream(trace), content)) {
            for (byte[] part = next(whole); part.length > 0; part = next(whole)) {
                sha256.update(part);
                listener.answer(new Answer.Part(Base64.getEncoder().encodeToString(part), false));
            }
        }
        listener.answer(end.of(message, trace.length, HexFormat.of().formatHex(sha256.digest())));
    }

    private static byte[] next(InputStream whole) throws IOException {
        return whole.readNBytes(PART_OCTETS);
    }
}
