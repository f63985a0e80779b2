package org.postern.maildrop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/**
 * What stands in a file of the maildrop before the message: lines with LF, then an empty one.
 *
 * <pre>
 * postern-maildrop 1
 * from ann@example.com        nothing behind it for the null sender
 * to bob@example.org          one for each recipient
 *
 * </pre>
 */
public record Dropped(ReversePath from, List<ForwardPath> to) {
    private static final String FIRST = "postern-maildrop 1";

    /** Of one line. */
    private static final int LONGEST = 1_024;

    /** Of recipients: who has more, writes more files. */
    static final int MOST = 10_000;

    /** What is in the way of reading a file. */
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1;

        Broken(String why) {
            super(why);
        }
    }

    public Dropped {
        to = List.copyOf(to);
        if (to.isEmpty() || to.size() > MOST) {
            throw new IllegalArgumentException("from 1 to " + MOST + " recipients: " + to.size());
        }
    }

    /** As it is written. */
    public byte[] toBytes() {
        var text = new StringBuilder(FIRST).append("\nfrom ");
        text.append(from instanceof Mailbox mailbox ? mailbox.toString() : "").append('\n');
        to.forEach(path -> text.append("to ").append(path).append('\n'));
        return text.append('\n').toString().getBytes(UTF_8);
    }

    /** Reads it; what comes next of {@code in} is the message. */
    static Dropped read(InputStream in) throws IOException {
        if (!line(in).equals(FIRST)) {
            throw new Broken("it does not begin with \"" + FIRST + "\"");
        }
        String from = line(in);
        if (!from.startsWith("from ")) {
            throw new Broken("its second line does not begin with \"from \"");
        }
        ReversePath sender = from.length() == 5 ? new ReversePath.Null() : mailbox(from.substring(5));
        var recipients = new ArrayList<ForwardPath>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (!line.startsWith("to ") || recipients.size() == MOST) {
                throw new Broken(
                        recipients.size() == MOST
                                ? "it has too many recipients"
                                : "a line is neither \"to \" nor empty");
            }
            recipients.add(mailbox(line.substring(3)));
        }
        if (recipients.isEmpty()) {
            throw new Broken("it has no recipient");
        }
        return new Dropped(sender, recipients);
    }

    private static Mailbox mailbox(String text) throws Broken {
        Optional<Mailbox> mailbox = Mailbox.parse(text);
        return mailbox.orElseThrow(() -> new Broken("an address is none"));
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new Broken("it ends before the message");
            }
            if (line.size() == LONGEST) {
                throw new Broken("a line is longer than " + LONGEST + " octets");
            }
            line.write(octet);
        }
        byte[] octets = line.toByteArray();
        String text = new String(octets, UTF_8);
        return text.indexOf('\ufffd') < 0 ? text : new String(octets, US_ASCII);
    }
}
