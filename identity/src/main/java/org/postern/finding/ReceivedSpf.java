package org.postern.finding;

import java.net.InetAddress;
import org.postern.smtp.AddressLiteral;

/**
 * What SPF came to and by what: RFC 7208 §9.1. Values are made harmless as those of {@link AuthenticationResults} are.
 *
 * @param client its address
 * @param helo what the client called itself
 * @param envelopeFrom the reverse-path without its brackets; may be empty
 * @param receiver who checked: the server's name
 * @param mechanism that decided, as {@code -all}; may be empty
 * @param comment for people; may be empty
 */
public record ReceivedSpf(
        Result result,
        Identity identity,
        InetAddress client,
        String helo,
        String envelopeFrom,
        String receiver,
        String mechanism,
        String comment) {
    /** The field's name. */
    public static final String FIELD = "Received-SPF";

    /** Of what the domain was checked. */
    public enum Identity {
        MAILFROM,
        HELO
    }

    /** @throws IllegalArgumentException when the result is none of SPF's */
    public ReceivedSpf {
        if (result == Result.POLICY) {
            throw new IllegalArgumentException("RFC 7208 §2.6 knows no " + result);
        }
        helo = Words.harmless(helo);
        envelopeFrom = Words.harmless(envelopeFrom);
        receiver = Words.harmless(receiver);
        mechanism = Words.harmless(mechanism);
        comment = Words.harmless(comment);
    }

    /** The field, with its line ends. */
    public String field() {
        var field = new FieldWriter(FIELD);
        field.add(result.word());
        if (!comment.isBlank()) {
            field.add(Words.comment(comment));
        }
        add(field, "receiver", receiver, ";");
        add(field, "identity", identity == Identity.HELO ? "helo" : "mailfrom", ";");
        add(field, "client-ip", AddressLiteral.text(client), ";");
        add(field, "envelope-from", envelopeFrom, ";");
        if (!mechanism.isEmpty()) {
            add(field, "mechanism", mechanism, ";");
        }
        add(field, "helo", helo, "");
        return field.end();
    }

    private static void add(FieldWriter field, String key, String value, String end) {
        field.add(key + "=" + Words.atomOrQuoted(value) + end);
    }
}
