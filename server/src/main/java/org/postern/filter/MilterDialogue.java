package org.postern.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.postern.finding.Result;
import org.postern.message.Field;
import org.postern.message.Header;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

/**
 * One message, told to a milter as its session was:
 *
 * <pre>
 *   options ── connect ── helo ── mail ── rcpt (each) ── data ── header (each field) ── end of header ── body (pieces) ── end of body
 *                 └──────────┴───────┴──────────┴───────────┴──────────┴─────────────────────┴──────────────┴─► an answer that ends it
 * </pre>
 *
 * The client is at the end of its content by then, so what a milter says of the session it says of the message; and a recipient that it
 * refuses is refused only when it refuses all.
 */
final class MilterDialogue {
    /** Packets of a filter about one message, besides an answer to each of ours: it may add and change much, but not for ever. */
    private static final int MAX_PACKETS = 10_000;

    private final MilterWire wire;
    private final Transaction transaction;
    private final Map<String, String> macros = new LinkedHashMap<>();

    private final List<AddedField> fields = new ArrayList<>();
    private final Collection<String> unchanged = new TreeSet<>();
    private final List<String> notes = new ArrayList<>();
    private Optional<String> quarantine = Optional.empty();
    private int unasked;
    private MilterOptions options = MilterOptions.OFFERED;

    MilterDialogue(MilterWire wire, Transaction transaction) {
        this.wire = wire;
        this.transaction = transaction;
    }

    /** @param rest behind the header: the empty line, if there is one, and the body */
    Opinion about(Header header, InputStream rest) throws IOException {
        wire.write('O', MilterOptions.OFFERED.octets());
        options = MilterOptions.of(packet());
        Optional<Opinion> early = beforeContent();
        if (early.isEmpty()) {
            early = header(header);
        }
        if (early.isEmpty()) {
            early = body(rest);
        }
        Opinion opinion = early.isPresent() ? early.get() : end();
        wire.write('Q', new byte[0]);
        wire.flush();
        return opinion;
    }

    // --- the session
    // -----------------------------------------------------------------------------------------------------------

    private Optional<Opinion> beforeContent() throws IOException {
        String address = AddressLiteral.text(transaction.client().getAddress());
        String name = transaction.confirmedName().orElse("[" + address + "]");
        macros.put("j", transaction.hostname());
        macros.put("{daemon_name}", "postern");
        macros.put("v", "Postern");
        macros.put("_", name + " [" + address + "]");
        macros.put("{client_addr}", address);
        macros.put("{client_name}", transaction.confirmedName().orElse("unknown"));
        macros.put("{client_ptr}", transaction.confirmedName().orElse("unknown"));
        macros.put("{client_port}", Integer.toString(transaction.client().getPort()));
        Optional<Opinion> ended = said(MilterStage.CONNECT, connect(name, address));
        if (ended.isPresent()) {
            return ended;
        }
        transaction.tls().ifPresent(tls -> {
            macros.put("{tls_version}", tls.protocol());
            macros.put("{cipher}", tls.cipher());
        });
        ended = said(MilterStage.HELO, strings(transaction.greeting()));
        if (ended.isPresent()) {
            return ended;
        }
        macros.put("i", transaction.id());
        macros.put("{mail_addr}", transaction.from().toString());
        if (transaction.from() instanceof Mailbox mailbox) {
            macros.put("{mail_host}", mailbox.host().toString());
        }
        transaction.user().ifPresent(user -> macros.put("{auth_authen}", user));
        ended = said(MilterStage.MAIL, strings(transaction.from().path()));
        if (ended.isPresent()) {
            return ended;
        }
        ended = recipients();
        return ended.isPresent() ? ended : said(MilterStage.DATA, new byte[0]);
    }

    private byte[] connect(String name, String address) {
        boolean v6 = transaction.client().getAddress() instanceof Inet6Address;
        int port = transaction.client().getPort();
        var data = new ByteArrayOutputStream();
        data.writeBytes(strings(name));
        data.write(v6 ? '6' : '4');
        data.write(port >>> 8);
        data.write(port);
        data.writeBytes(strings(address));
        return data.toByteArray();
    }

    private Optional<Opinion> recipients() throws IOException {
        Optional<Opinion> refused = Optional.empty();
        int refusals = 0;
        for (ForwardPath to : transaction.recipients()) {
            macros.put("{rcpt_addr}", to.toString());
            if (to instanceof Mailbox mailbox) {
                macros.put("{rcpt_host}", mailbox.host().toString());
            }
            Optional<MilterReply> reply = asked(MilterStage.RCPT, strings(to.path()));
            Optional<Opinion> ended = reply.isPresent() ? ending(reply.get()) : Optional.empty();
            if (reply.filter(MilterDialogue::isRefusal).isPresent()) {
                refusals++;
                // The mildest of them: who may come again does so.
                if (refused.isEmpty() || ended.filter(MilterDialogue::isForNow).isPresent()) {
                    refused = ended;
                }
            } else if (ended.isPresent()) {
                return ended;
            }
        }
        if (refusals == transaction.recipients().size()) {
            return refused;
        }
        if (refusals > 0) {
            notes.add("it would not have " + refusals + " of the recipients");
        }
        return Optional.empty();
    }

    private static boolean isRefusal(MilterReply reply) {
        return reply instanceof MilterReply.Reject
                || reply instanceof MilterReply.Tempfail
                || reply instanceof MilterReply.ReplyCode;
    }

    private static boolean isForNow(Opinion opinion) {
        return opinion.word().equals("tempfail");
    }

    // --- the content
    // -----------------------------------------------------------------------------------------------------------

    private Optional<Opinion> header(Header header) throws IOException {
        for (Field field : header.fields()) {
            Optional<byte[]> data = data(field);
            Optional<Opinion> ended = data.isPresent() ? said(MilterStage.HEADER, data.get()) : Optional.empty();
            if (ended.isPresent()) {
                return ended;
            }
        }
        return said(MilterStage.END_OF_HEADER, new byte[0]);
    }

    /** Name and value, whose lines end with LF as Sendmail has it; empty for a line that is no field. */
    private Optional<byte[]> data(Field field) {
        String name = field.name();
        String text = new String(field.toBytes(), ISO_8859_1);
        int colon = text.indexOf(':');
        int room = MilterWire.MAX_DATA - name.length() - 2;
        if (name.isEmpty() || colon < 0 || room < 0) {
            return Optional.empty();
        }
        String value = text.substring(colon + 1).replace("\r\n", "\n").replace('\0', '?');
        if (value.endsWith("\n")) {
            value = value.substring(0, value.length() - 1);
        }
        if (!options.keepsLeadingSpace() && value.startsWith(" ")) {
            value = value.substring(1);
        }
        // A packet has no room for more, and filters close the connection at larger ones.
        String fitting = value.length() > room ? value.substring(0, room) : value;
        return Optional.of((name + '\0' + fitting + '\0').getBytes(ISO_8859_1));
    }

    private Optional<Opinion> body(InputStream rest) throws IOException {
        byte[] piece = new byte[MilterWire.MAX_DATA];
        int length = rest.readNBytes(piece, 0, 2);
        // RFC 5322 §2.1: the empty line is neither the header's nor the body's.
        if (length == 2 && piece[0] == '\r' && piece[1] == '\n') {
            length = 0;
        }
        while (true) {
            length += rest.readNBytes(piece, length, piece.length - length);
            if (length == 0) {
                return Optional.empty();
            }
            Optional<MilterReply> reply = asked(MilterStage.BODY, piece, length);
            if (reply.filter(MilterReply.Skip.class::isInstance).isPresent()) {
                return Optional.empty();
            }
            Optional<Opinion> ended = reply.isPresent() ? ending(reply.get()) : Optional.empty();
            if (ended.isPresent()) {
                return ended;
            }
            length = 0;
        }
    }

    private Opinion end() throws IOException {
        write(MilterStage.END_OF_BODY, new byte[0], 0);
        while (true) {
            switch (reply()) {
                case MilterReply.Add(String name, String value) -> add(name, value);
                case MilterReply.Quarantine(String reason) -> quarantine = Optional.of(reason);
                case MilterReply.Change(String what) -> unchanged.add(what);
                case MilterReply.Continue _, MilterReply.Accept _ -> {
                    return quarantine
                            .map(reason -> opinion("quarantine", Result.SOFTFAIL, "wants it kept apart", reason))
                            .orElseGet(() -> opinion("accept", Result.PASS, "accepts it", ""));
                }
                case MilterReply.Skip skip -> throw unexpected(skip);
                case MilterReply.Progress _ -> {}
                case MilterReply other -> {
                    Optional<Opinion> ended = ending(other);
                    if (ended.isPresent()) {
                        return ended.get();
                    }
                }
            }
        }
    }

    private void add(String name, String value) {
        Optional<AddedField> field =
                fields.size() < AddedField.MAX_FIELDS ? AddedField.of(name, value) : Optional.empty();
        field.ifPresentOrElse(fields::add, () -> unchanged.add("header fields"));
    }

    // --- question and answer
    // ---------------------------------------------------------------------------------------------------

    private Optional<Opinion> said(MilterStage stage, byte[] data) throws IOException {
        Optional<MilterReply> reply = asked(stage, data);
        return reply.isPresent() ? ending(reply.get()) : Optional.empty();
    }

    private Optional<MilterReply> asked(MilterStage stage, byte[] data) throws IOException {
        return asked(stage, data, data.length);
    }

    /** Empty when the filter does not want to see that, or says nothing to it. */
    private Optional<MilterReply> asked(MilterStage stage, byte[] data, int length) throws IOException {
        if (!stage.isSeen(options)) {
            return Optional.empty();
        }
        write(stage, data, length);
        if (!stage.isAnswered(options)) {
            return Optional.empty();
        }
        unasked--;
        MilterReply reply = reply();
        while (reply instanceof MilterReply.Progress) {
            reply = reply();
        }
        return Optional.of(reply);
    }

    private void write(MilterStage stage, byte[] data, int length) throws IOException {
        if (stage != MilterStage.HEADER && stage != MilterStage.BODY) {
            var all = new ByteArrayOutputStream();
            all.write(stage.letter());
            macros.forEach((name, value) -> all.writeBytes(strings(name, value)));
            wire.write('D', all.toByteArray());
        }
        wire.write(stage.letter(), data, length);
    }

    private MilterReply reply() throws IOException {
        return MilterReply.of(packet());
    }

    private MilterWire.Packet packet() throws IOException {
        unasked++;
        if (unasked > MAX_PACKETS) {
            throw new Gibberish("more than " + MAX_PACKETS + " packets about one message");
        }
        return wire.read();
    }

    /** What ends the message for the filter; empty where it goes on. @throws Gibberish when it can't be said before the end of body */
    private Optional<Opinion> ending(MilterReply reply) throws Gibberish {
        return switch (reply) {
            case MilterReply.Continue _ -> Optional.empty();
            case MilterReply.Accept _ -> Optional.of(opinion("accept", Result.PASS, "accepts it", ""));
            case MilterReply.Reject _ -> Optional.of(opinion("reject", Result.FAIL, "refuses it", ""));
            case MilterReply.Tempfail _ -> Optional.of(opinion("tempfail", Result.NEUTRAL, "would see it later", ""));
            case MilterReply.HangUp _ -> Optional.of(opinion("tempfail", Result.NEUTRAL, "hangs up", ""));
            case MilterReply.Discard _ -> Optional.of(opinion("discard", Result.FAIL, "would drop it", ""));
            case MilterReply.ReplyCode code ->
                Optional.of(
                        code.isForGood()
                                ? opinion("reject", Result.FAIL, "refuses it", code.text())
                                : opinion("tempfail", Result.NEUTRAL, "would see it later", code.text()));
            case MilterReply.Skip _,
                    MilterReply.Progress _,
                    MilterReply.Add _,
                    MilterReply.Quarantine _,
                    MilterReply.Change _ -> throw unexpected(reply);
        };
    }

    private static Gibberish unexpected(MilterReply reply) {
        return new Gibberish("an answer out of turn: " + reply.getClass().getSimpleName());
    }

    private Opinion opinion(String word, Result result, String verb, String why) {
        var text = new StringBuilder(verb);
        if (!why.isBlank()) {
            text.append(": ").append(why);
        }
        if (!unchanged.isEmpty()) {
            text.append("; not changed for it: ").append(String.join(", ", unchanged));
        }
        notes.forEach(note -> text.append("; ").append(note));
        return new Opinion(word, result, text.toString(), why.isBlank() ? word : word + " " + why, fields);
    }

    /** Each ends with a NUL, and holds none. */
    private static byte[] strings(String... texts) {
        var octets = new ByteArrayOutputStream();
        for (String text : texts) {
            octets.writeBytes(text.replace('\0', '?').getBytes(UTF_8));
            octets.write(0);
        }
        return octets.toByteArray();
    }
}
