package org.postern.dsn;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.ReversePath;
import org.postern.spool.MessageId;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/** Mail that this program writes itself: from nobody, so that nothing ever answers it (RFC 5321 §4.5.5), and judged by nobody. */
public final class OwnMail {
    private OwnMail() {}

    /**
     * Keeps {@code octets} as a message to {@code to}, and names it {@code id}. When it returns, it is on stable storage; it still has to
     * be queued.
     *
     * @param international whether its header needs SMTPUTF8, RFC 6531 §3.7.1
     */
    public static SpooledMessage keep(Spool spool, MessageId id, ForwardPath to, boolean international, byte[] octets)
            throws IOException {
        var envelope = new Envelope(
                new ReversePath.Null(),
                new MailParameters(OptionalLong.empty(), MailParameters.Body.UNSAID, international),
                List.of(to));
        return spool.accept(
                new Spool.Arrival(id, "", envelope, "", Optional.empty(), Standing.OURS, Map.of()),
                new ByteArrayInputStream(octets));
    }
}
