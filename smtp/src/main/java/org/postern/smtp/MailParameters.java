package org.postern.smtp;

import java.util.List;
import java.util.OptionalLong;

/**
 * What MAIL said about the message beside its sender.
 *
 * @param size the message's size as its sender reckons it, in octets; RFC 1870 §5
 * @param body RFC 6152 §2
 * @param smtputf8 whether addresses and headers may go beyond ASCII; RFC 6531 §3.4
 */
public record MailParameters(OptionalLong size, Body body, boolean smtputf8) {
    /** Nothing said. */
    public static final MailParameters NONE = new MailParameters(OptionalLong.empty(), Body.UNSAID, false);

    /** The content's encoding as MAIL declared it. */
    public enum Body {
        UNSAID,
        SEVEN_BIT,
        EIGHT_BIT_MIME
    }

    /** MAIL's parameters, each held to its own standard. */
    static MailParameters of(List<Parameter> parameters) throws SyntaxFault {
        OptionalLong size = OptionalLong.empty();
        Body body = Body.UNSAID;
        boolean smtputf8 = false;
        for (Parameter parameter : parameters) {
            String value = parameter.value().orElse("");
            switch (parameter.keyword()) {
                case "SIZE" -> size = OptionalLong.of(size(value));
                case "BODY" -> body = body(value);
                case "SMTPUTF8" -> {
                    if (parameter.value().isPresent()) {
                        throw fault("SMTPUTF8 takes no value");
                    }
                    smtputf8 = true;
                }
                // RFC 5321 §4.1.1.11: what the server doesn't know is 555.
                default -> throw new SyntaxFault(unknown(parameter));
            }
        }
        return new MailParameters(size, body, smtputf8);
    }

    static Reply unknown(Parameter parameter) {
        return Reply.of(555, "5.5.4", "parameter " + parameter.keyword() + " is not known here");
    }

    /** RFC 1870 §4: one to twenty digits. What a long can't hold is larger than any limit. */
    private static long size(String value) throws SyntaxFault {
        if (!value.matches("[0-9]{1,20}")) {
            throw fault("SIZE takes a number of octets: SIZE=1000");
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException huge) {
            return Long.MAX_VALUE;
        }
    }

    private static Body body(String value) throws SyntaxFault {
        return switch (Cursor.upper(value)) {
            case "7BIT" -> Body.SEVEN_BIT;
            case "8BITMIME" -> Body.EIGHT_BIT_MIME;
            default -> throw fault("BODY is 7BIT or 8BITMIME");
        };
    }

    private static SyntaxFault fault(String text) {
        return new SyntaxFault(Reply.of(501, "5.5.4", text));
    }
}
