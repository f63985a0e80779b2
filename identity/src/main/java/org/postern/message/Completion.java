package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.SequenceInputStream;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Makes a message of a program on this host whole, as RFC 6409 §8 lets whoever takes mail from its author: Date, Message-ID and From where
 * they are missing, {@code root} made {@code root@domain} in fields that list addresses, and an empty line before what is no header. Never
 * for mail that others have sent.
 *
 * @param domain of names that have none
 * @param id left of the {@code @} in Message-ID
 * @param sender for From, as it is written there
 */
public record Completion(String domain, ZonedDateTime now, String id, String sender) {
    private static final DateTimeFormatter DATE = MailDate.FORMAT;

    /** RFC 5322 §3.6.2, §3.6.3, §3.6.6. */
    private static final Set<String> OF_ADDRESSES = Set.of(
            "From",
            "Sender",
            "Reply-To",
            "To",
            "Cc",
            "Bcc",
            "Resent-From",
            "Resent-Sender",
            "Resent-To",
            "Resent-Cc",
            "Resent-Bcc");

    /** The same message, whole; {@code message} itself when nothing is missing. It is read in place of that one. */
    public OpenMessage complete(OpenMessage message) {
        List<Field> fields = message.header().fields();
        int count = 0;
        while (count < fields.size() && fields.get(count).isField()) {
            count++;
        }
        boolean hasMailboxLine = !fields.isEmpty() && isMailboxLine(fields.getFirst());
        boolean isCut = count < fields.size();
        var changed = new ArrayList<Field>();
        boolean differs = isCut;
        for (Field field : fields.subList(0, count)) {
            Field qualified = qualified(field);
            differs |= qualified != field;
            changed.add(qualified);
        }
        List<Field> missing = missing(changed);
        if (!differs && missing.isEmpty()) {
            return message;
        }
        // A line as mbox files have it before each message stands where the header should begin.
        if (hasMailboxLine) {
            return completeBehindMailboxLine(message);
        }
        changed.addAll(missing);
        return rewritten(message, fields, count, changed);
    }

    private static boolean isMailboxLine(Field field) {
        String line = field.isField() ? "" : field.raw();
        return line.startsWith("From ") || line.startsWith(">From ");
    }

    private OpenMessage completeBehindMailboxLine(OpenMessage message) {
        List<Field> fields = message.header().fields();
        return complete(new OpenMessage(Header.of(fields.subList(1, fields.size())), message.rest()));
    }

    private static OpenMessage rewritten(OpenMessage message, List<Field> fields, int count, List<Field> changed) {
        if (count == fields.size()) {
            return new OpenMessage(Header.of(changed), message.rest());
        }
        var start = new ByteArrayOutputStream();
        start.writeBytes("\r\n".getBytes(ISO_8859_1));
        start.writeBytes(Header.of(fields.subList(count, fields.size())).toBytes());
        return new OpenMessage(
                Header.of(changed),
                new SequenceInputStream(new ByteArrayInputStream(start.toByteArray()), message.rest()));
    }

    private Field qualified(Field field) {
        if (OF_ADDRESSES.stream().noneMatch(field::is)) {
            return field;
        }
        String raw = field.raw();
        String whole = AddressList.qualified(raw, domain);
        return whole.equals(raw) ? field : field(field.name() + ":" + whole, ISO_8859_1);
    }

    private List<Field> missing(List<Field> fields) {
        var missing = new ArrayList<Field>();
        if (isMissing(fields, "Date")) {
            missing.add(field("Date: " + DATE.format(now) + "\r\n", UTF_8));
        }
        if (isMissing(fields, "From")) {
            missing.add(field("From: " + sender + "\r\n", UTF_8));
        }
        if (isMissing(fields, "Message-ID")) {
            missing.add(field("Message-ID: <" + id + "@" + domain + ">\r\n", UTF_8));
        }
        return missing;
    }

    private static boolean isMissing(List<Field> fields, String name) {
        return fields.stream().noneMatch(field -> field.is(name));
    }

    private static Field field(String text, java.nio.charset.Charset charset) {
        byte[] octets = text.getBytes(charset);
        return Header.of(octets, octets.length).fields().getFirst();
    }
}
