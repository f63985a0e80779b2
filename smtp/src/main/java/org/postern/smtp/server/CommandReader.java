package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import org.postern.smtp.Command;
import org.postern.smtp.Reply;

/** Takes command lines off the wire: ended by CR LF and nothing else, bounded in length. RFC 5321 §2.3.8, §4.5.3.1.4. */
final class CommandReader {
    /** RFC 5321 §4.5.3.1.4, with CR LF. */
    static final int LINE_OCTETS = 512;

    /** What SIZE (RFC 1870 §3: 26), 8BITMIME (RFC 6152 §2: 17) and SMTPUTF8 (RFC 6531 §3.1: 10) add to MAIL. */
    static final int MAIL_LINE_OCTETS = LINE_OCTETS + 26 + 17 + 10;

    /** How much of an endless line is read away before the connection is closed. */
    private static final int PATIENCE = 65_536;

    private static final Reply BARE_LF = Reply.of(500, "5.5.2", "a command ends with CR LF, not with LF alone");
    private static final Reply TOO_LONG = Reply.of(500, "5.5.2", "the command line is too long");

    /** ALPACA: a TLS client on a plain port. Its octets are no commands, and no line end may ever come. */
    static final Command TLS_HELLO = new Command.Invalid(
            "TLS", Reply.of(554, "5.5.1", "this port speaks SMTP in clear; TLS begins with STARTTLS"));

    /** RFC 8446 §5.1: the type of the record that a hello comes in. No command begins so. */
    static final int TLS_HANDSHAKE_RECORD = 0x16;

    private static final byte[] BDAT = "BDAT".getBytes(US_ASCII);

    private final Wire wire;

    /** Whether the line begins with BDAT, however it goes on: then a chunk follows it that must not be taken for commands. */
    private boolean announcesChunk;

    CommandReader(Wire wire) {
        this.wire = wire;
    }

    /** The line is so long that reading on makes no sense. */
    static final class EndlessLine extends IOException {
        private static final long serialVersionUID = 1;

        EndlessLine() {
            super("a command line without an end");
        }
    }

    /** The next command, waited for as {@link Wire#allow} was told. */
    Command next(boolean idle) throws IOException {
        if (wire.buffered() == 0) {
            wire.fill(idle);
        }
        if (wire.buffer()[wire.at()] == TLS_HANDSHAKE_RECORD) {
            wire.discardInput();
            return TLS_HELLO;
        }
        int length = lineLength(idle);
        if (length == 0) {
            return invalid(TOO_LONG);
        }
        byte[] buffer = wire.buffer();
        int from = wire.at();
        wire.consume(length);
        int end = from + length - 1;
        if (end == from || buffer[end - 1] != '\r') {
            return invalid(BARE_LF);
        }
        end--;
        Command command = Command.parse(buffer, from, end);
        int limit = command instanceof Command.Mail ? MAIL_LINE_OCTETS : LINE_OCTETS;
        if (length > limit) {
            return invalid(TOO_LONG);
        }
        return announcesChunk && command instanceof Command.Invalid broken ? invalid(broken.reply()) : command;
    }

    private Command invalid(Reply reply) {
        return new Command.Invalid(announcesChunk ? "BDAT" : "", reply);
    }

    /** Octets up to and with the LF; 0 for a line that was longer than any may be, which has been read away. */
    private int lineLength(boolean idle) throws IOException {
        int scanned = 0;
        int dropped = 0;
        while (true) {
            byte[] buffer = wire.buffer();
            for (; scanned < wire.buffered(); scanned++) {
                if (buffer[wire.at() + scanned] == '\n') {
                    if (dropped > 0) {
                        wire.consume(scanned + 1);
                        return 0;
                    }
                    announcesChunk = beginsWithBdat(scanned);
                    return scanned + 1;
                }
            }
            // The buffer is larger than any line may be: a line that fills it is too long, whatever it is.
            if (scanned > 2 * LINE_OCTETS - 8) {
                if (dropped == 0) {
                    announcesChunk = beginsWithBdat(scanned);
                }
                dropped += scanned;
                wire.consume(scanned);
                scanned = 0;
                if (dropped > PATIENCE) {
                    throw new EndlessLine();
                }
            }
            wire.fill(idle);
        }
    }

    private boolean beginsWithBdat(int length) {
        byte[] buffer = wire.buffer();
        int from = wire.at();
        for (int i = 0; i < BDAT.length; i++) {
            // Without the bit that tells lower case from upper.
            if (i == length || (buffer[from + i] & ~0x20) != BDAT[i]) {
                return false;
            }
        }
        return true;
    }
}
