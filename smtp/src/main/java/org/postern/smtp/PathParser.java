package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * The paths of MAIL and RCPT, RFC 5321 §4.1.2:
 *
 * <pre>
 * Reverse-path  = Path / "&lt;&gt;"
 * Path          = "&lt;" [ A-d-l ":" ] Mailbox "&gt;"
 * A-d-l         = At-domain *( "," At-domain )
 * Mailbox       = Local-part "@" ( Domain / address-literal )
 * Local-part    = Dot-string / Quoted-string
 * </pre>
 *
 * A source route (A-d-l) is read and dropped, as §3.6.1 and appendix C advise.
 */
final class PathParser {
    private PathParser() {}

    static ReversePath reversePath(Cursor cursor) throws SyntaxFault {
        int start = cursor.position();
        open(cursor);
        if (cursor.take('>')) {
            return new ReversePath.Null();
        }
        Mailbox mailbox = routedMailbox(cursor, "5.1.7");
        close(cursor, start, "5.1.7");
        return mailbox;
    }

    static ForwardPath forwardPath(Cursor cursor) throws SyntaxFault {
        int start = cursor.position();
        open(cursor);
        if (cursor.peek() == '>') {
            throw fault("5.1.3", "RCPT needs a recipient: RCPT TO:<name@domain>");
        }
        ForwardPath path = isBarePostmaster(cursor) ? new ForwardPath.Postmaster() : routedMailbox(cursor, "5.1.3");
        close(cursor, start, "5.1.3");
        return path;
    }

    static Mailbox mailboxInBrackets(Cursor cursor) throws SyntaxFault {
        int start = cursor.position();
        open(cursor);
        Mailbox mailbox = mailbox(cursor, "5.1.3");
        close(cursor, start, "5.1.3");
        return mailbox;
    }

    private static void open(Cursor cursor) throws SyntaxFault {
        if (!cursor.take('<')) {
            throw fault("5.5.4", "the address stands in angle brackets: <name@domain>");
        }
    }

    private static void close(Cursor cursor, int start, String code) throws SyntaxFault {
        if (!cursor.take('>')) {
            throw fault(code, "the address ends with > right after the domain");
        }
        if (cursor.position() - start > Mailbox.MAX_PATH_OCTETS) {
            throw fault(code, "an address with its brackets has at most 256 octets");
        }
    }

    private static boolean isBarePostmaster(Cursor cursor) {
        byte[] ahead = cursor.remaining();
        return new Cursor(ahead, 0, ahead.length).takeIgnoringCase("postmaster>")
                && cursor.takeIgnoringCase("postmaster");
    }

    private static Mailbox routedMailbox(Cursor cursor, String code) throws SyntaxFault {
        if (cursor.peek() == '@') {
            sourceRoute(cursor, code);
        }
        return mailbox(cursor, code);
    }

    private static void sourceRoute(Cursor cursor, String code) throws SyntaxFault {
        do {
            if (!cursor.take('@')) {
                throw fault(code, "a source route reads @one.example,@two.example:name@domain");
            }
            host(cursor, code);
        } while (cursor.take(','));
        if (!cursor.take(':')) {
            throw fault(code, "a source route ends with a colon before the mailbox");
        }
    }

    private static Mailbox mailbox(Cursor cursor, String code) throws SyntaxFault {
        String localPart = cursor.peek() == '"' ? quotedString(cursor, code) : dotString(cursor, code);
        if (!cursor.take('@')) {
            throw fault(code, "the address needs a domain: name@domain");
        }
        Host host = host(cursor, code);
        try {
            return new Mailbox(localPart, host);
        } catch (IllegalArgumentException problem) {
            throw fault(code, String.valueOf(problem.getMessage()));
        }
    }

    private static String dotString(Cursor cursor, String code) throws SyntaxFault {
        var octets = new ByteArrayOutputStream();
        boolean afterDot = true;
        while (cursor.peek() == '.' || isAtext(cursor.peek())) {
            boolean dot = cursor.peek() == '.';
            if (dot && afterDot) {
                throw fault(code, "a dot in the local part stands between other characters, or the part in quotes");
            }
            afterDot = dot;
            octets.write(cursor.next());
        }
        if (afterDot) {
            throw fault(code, "the local part is missing, ends with a dot or has a character that needs quotes");
        }
        return decode(octets, code);
    }

    private static String quotedString(Cursor cursor, String code) throws SyntaxFault {
        var octets = new ByteArrayOutputStream();
        cursor.take('"');
        while (!cursor.take('"')) {
            boolean escaped = cursor.take('\\');
            int octet = cursor.next();
            if (octet < 0) {
                throw fault(code, "the quotes of the local part are not closed");
            }
            // qtextSMTP, quoted-pairSMTP: printable ASCII; RFC 6531 §3.3 adds UTF-8 to the former.
            if (octet < 0x20 || octet == 0x7f || (escaped && octet > 0x7e)) {
                throw fault(code, "a local part has no control characters");
            }
            octets.write(octet);
        }
        return decode(octets, code);
    }

    private static Host host(Cursor cursor, String code) throws SyntaxFault {
        var octets = new ByteArrayOutputStream();
        if (cursor.peek() == '[') {
            do {
                octets.write(cursor.next());
            } while (!cursor.atEnd() && cursor.peek() != ']' && octets.size() < Domain.MAX_OCTETS);
            if (cursor.take(']')) {
                octets.write(']');
            }
            String text = decode(octets, code);
            return AddressLiteral.parse(text)
                    .orElseThrow(() -> fault(code, "an address literal reads [192.0.2.1] or [IPv6:2001:db8::1]"));
        }
        while (isDomainOctet(cursor.peek()) && octets.size() <= Domain.MAX_OCTETS) {
            octets.write(cursor.next());
        }
        String text = decode(octets, code);
        Optional<String> problem = Domain.problem(text);
        if (problem.isPresent()) {
            throw fault(code, "the domain can't be one: " + problem.get());
        }
        return new Domain(text);
    }

    private static String decode(ByteArrayOutputStream octets, String code) throws SyntaxFault {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(octets.toByteArray()))
                    .toString();
        } catch (CharacterCodingException broken) {
            throw fault(code, "what isn't ASCII in an address must be UTF-8");
        }
    }

    private static boolean isAtext(int octet) {
        return octet >= 0x80 || (octet >= 0 && Mailbox.isAtext(octet));
    }

    private static boolean isDomainOctet(int octet) {
        return octet >= 0x80
                || octet == '.'
                || octet == '-'
                || octet == '_'
                || (octet >= '0' && octet <= '9')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= 'a' && octet <= 'z');
    }

    private static SyntaxFault fault(String code, String text) {
        return new SyntaxFault(Reply.of(501, code, text));
    }
}
