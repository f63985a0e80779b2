package org.postern.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Reads a command line. RFC 5321 §4.1.1, §4.1.2; RFC 3030, 3207, 4954 for their verbs. */
final class CommandParser {
    private CommandParser() {}

    static Command parse(byte[] octets, int from, int end) {
        var cursor = new Cursor(octets, from, end);
        String verb = Cursor.upper(cursor.word());
        try {
            for (int i = from; i < end; i++) {
                // RFC 5321 §4.1.2, §2.3.8: no control characters in commands, a bare CR among them. A tab would be one,
                // too.
                if ((octets[i] >= 0 && octets[i] < 0x20) || octets[i] == 0x7f) {
                    throw new SyntaxFault(
                            Reply.of(500, "5.5.2", "a command has no control characters, and ends with CR LF"));
                }
            }
            return command(verb, cursor);
        } catch (SyntaxFault fault) {
            return new Command.Invalid(isVerb(verb) ? verb : "", fault.reply());
        }
    }

    private static Command command(String verb, Cursor cursor) throws SyntaxFault {
        return switch (verb) {
            case "EHLO" -> new Command.Hello(Greeting.Verb.EHLO, greetingName(cursor));
            case "HELO" -> new Command.Hello(Greeting.Verb.HELO, greetingName(cursor));
            case "MAIL" -> mail(cursor);
            case "RCPT" -> rcpt(cursor);
            case "DATA" -> alone(verb, cursor, new Command.Data());
            case "BDAT" -> bdat(cursor);
            case "RSET" -> alone(verb, cursor, new Command.Rset());
            case "QUIT" -> alone(verb, cursor, new Command.Quit());
            case "STARTTLS" -> alone(verb, cursor, new Command.StartTls());
            // RFC 5321 §4.1.1.9: a string behind NOOP is ignored.
            case "NOOP" -> new Command.Noop();
            case "HELP" -> new Command.Help(text(cursor));
            case "VRFY" -> new Command.Vrfy(needed(verb, text(cursor)));
            case "EXPN" -> new Command.Expn(needed(verb, text(cursor)));
            case "AUTH" -> auth(cursor);
            case "XCLIENT" -> XclientParser.parse(cursor);
            default -> throw new SyntaxFault(Reply.of(500, "5.5.2", "not a command that is known here"));
        };
    }

    private static Greeting.Name greetingName(Cursor cursor) {
        cursor.skipSpaces();
        return Greeting.parse(cursor.remaining());
    }

    private static Command mail(Cursor cursor) throws SyntaxFault {
        keyword(cursor, "FROM:", "MAIL FROM:<name@domain>");
        ReversePath from = PathParser.reversePath(cursor);
        return new Command.Mail(from, parameters(cursor));
    }

    private static Command rcpt(Cursor cursor) throws SyntaxFault {
        keyword(cursor, "TO:", "RCPT TO:<name@domain>");
        ForwardPath to = PathParser.forwardPath(cursor);
        return new Command.Rcpt(to, parameters(cursor));
    }

    /** A space after the colon is against §4.1.1.2 and common; it can't mean anything else, so it is let pass. */
    private static void keyword(Cursor cursor, String keyword, String form) throws SyntaxFault {
        cursor.skipSpaces();
        if (!cursor.takeIgnoringCase(keyword)) {
            throw fault("5.5.4", "say " + form);
        }
        cursor.skipSpaces();
    }

    private static List<Parameter> parameters(Cursor cursor) throws SyntaxFault {
        var parameters = new ArrayList<Parameter>();
        var seen = new HashSet<String>();
        while (!cursor.atEnd()) {
            if (!cursor.take(' ')) {
                throw fault("5.5.4", "a space stands between the address and its parameters");
            }
            cursor.skipSpaces();
            if (!cursor.atEnd()) {
                Parameter parameter = parameter(cursor.word());
                if (!seen.add(parameter.keyword())) {
                    throw fault("5.5.4", "parameter " + parameter.keyword() + " stands there twice");
                }
                parameters.add(parameter);
            }
        }
        return parameters;
    }

    private static Parameter parameter(String word) throws SyntaxFault {
        int equals = word.indexOf('=');
        String keyword = Cursor.upper(equals < 0 ? word : word.substring(0, equals));
        String value = equals < 0 ? "" : new String(word.substring(equals + 1).getBytes(ISO_8859_1), UTF_8);
        if (!Parameter.isKeyword(keyword) || (equals >= 0 && !Parameter.isValue(value))) {
            throw fault("5.5.4", "a parameter reads KEYWORD or KEYWORD=value");
        }
        return new Parameter(keyword, equals < 0 ? Optional.empty() : Optional.of(value));
    }

    /** RFC 3030 §2: {@code bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ]}. */
    private static Command bdat(Cursor cursor) throws SyntaxFault {
        cursor.skipSpaces();
        String size = cursor.word();
        cursor.skipSpaces();
        String marker = Cursor.upper(cursor.word());
        cursor.skipSpaces();
        if (!size.matches("[0-9]{1,18}") || !(marker.isEmpty() || marker.equals("LAST")) || !cursor.atEnd()) {
            throw fault("5.5.4", "say BDAT with a number of octets, and LAST for the last chunk");
        }
        return new Command.Bdat(Long.parseLong(size), !marker.isEmpty());
    }

    /** RFC 4954 §4: {@code AUTH mechanism [initial-response]}. */
    private static Command auth(Cursor cursor) throws SyntaxFault {
        cursor.skipSpaces();
        String mechanism = Cursor.upper(cursor.word());
        cursor.skipSpaces();
        String response = cursor.word();
        cursor.skipSpaces();
        // RFC 4422 §3.1: 1 to 20 of upper case letters, digits, hyphens and underscores.
        if (!mechanism.matches("[A-Z0-9_-]{1,20}") || !cursor.atEnd()) {
            throw fault("5.5.4", "say AUTH with a mechanism, and perhaps its initial response");
        }
        return new Command.Auth(mechanism, response.isEmpty() ? Optional.empty() : Optional.of(response));
    }

    /** RFC 5321 §4.1.1: a command without arguments gets 501 for any. Trailing spaces are let pass (§4.1.1). */
    private static Command alone(String verb, Cursor cursor, Command command) throws SyntaxFault {
        cursor.skipSpaces();
        if (!cursor.atEnd()) {
            throw fault("5.5.4", verb + " takes no argument");
        }
        return command;
    }

    private static String needed(String verb, String argument) throws SyntaxFault {
        if (argument.isEmpty()) {
            throw fault("5.5.4", verb + " takes a name");
        }
        return argument;
    }

    private static String text(Cursor cursor) {
        return new String(cursor.remaining(), UTF_8).strip();
    }

    private static boolean isVerb(String word) {
        return word.matches("[A-Z]{1,16}");
    }

    private static SyntaxFault fault(String code, String text) {
        return new SyntaxFault(Reply.of(501, code, text));
    }
}
