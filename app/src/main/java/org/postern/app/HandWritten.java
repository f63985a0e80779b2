package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.postern.message.AddressList;
import org.postern.message.Field;
import org.postern.message.OpenMessage;

/** A message as a program writes it to {@code sendmail}. */
final class HandWritten {
    private static final int BUFFER = 8_192;
    private byte[] octets;

    private HandWritten(byte[] octets) {
        this.octets = octets;
    }

    /** Reads it to its end, or to a line with a single dot when that ends it; with CRLF line ends. */
    static HandWritten read(InputStream in, boolean dotIsText) throws IOException {
        var out = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER];
        int before = '\n';
        int lineFrom = 0;
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            for (int i = 0; i < got; i++) {
                byte octet = buffer[i];
                if (octet == '\n') {
                    if (!dotIsText && isDot(out, lineFrom)) {
                        byte[] whole = out.toByteArray();
                        return new HandWritten(java.util.Arrays.copyOf(whole, lineFrom));
                    }
                    if (before != '\r') {
                        out.write('\r');
                    }
                    out.write('\n');
                    lineFrom = out.size();
                } else {
                    out.write(octet);
                }
                before = octet;
            }
        }
        if (out.size() > lineFrom) {
            out.write('\r');
            out.write('\n');
        }
        return new HandWritten(out.toByteArray());
    }

    private static boolean isDot(ByteArrayOutputStream out, int lineFrom) {
        int length = out.size() - lineFrom;
        if (length != 1 && length != 2) {
            return false;
        }
        String line = out.toString(ISO_8859_1).substring(lineFrom);
        return line.equals(".") || line.equals(".\r");
    }

    byte[] octets() {
        return octets;
    }

    private OpenMessage open() throws IOException {
        return OpenMessage.of(new ByteArrayInputStream(octets), Integer.MAX_VALUE)
                .orElseThrow();
    }

    /**
     * Whom its header names: To, Cc and Bcc, or of a message that is sent on (RFC 5322 §3.6.6) the latest Resent-To, Resent-Cc and
     * Resent-Bcc. Bcc is taken out of it.
     */
    List<String> takeRecipients() throws IOException {
        OpenMessage message = open();
        String prefix =
                message.header().fields().stream().anyMatch(field -> isRecipients(field, "Resent-")) ? "Resent-" : "";
        var recipients = new ArrayList<String>();
        for (Field field : message.header().fields()) {
            if (isRecipients(field, prefix)) {
                String value = new String(field.value().getBytes(ISO_8859_1), UTF_8);
                recipients.addAll(AddressList.addresses(value));
            }
        }
        octets = message.without(field -> field.is("Bcc") || field.is("Resent-Bcc"))
                .octets()
                .readAllBytes();
        return recipients;
    }

    private static boolean isRecipients(Field field, String prefix) {
        return field.is(prefix + "To") || field.is(prefix + "Cc") || field.is(prefix + "Bcc");
    }

    /** Adds From with {@code name} where there is none; the rest that is missing is added by the server. */
    void signIfUnsigned(String name, String address) throws IOException {
        if (open().header().count("From") == 0) {
            String quoted =
                    name.replaceAll("[\\r\\n\\x00]", " ").replace("\\", "\\\\").replace("\"", "\\\"");
            byte[] from = ("From: \"" + quoted + "\" <" + address + ">\r\n").getBytes(UTF_8);
            var signed = new ByteArrayOutputStream();
            signed.writeBytes(from);
            signed.writeBytes(octets);
            octets = signed.toByteArray();
        }
    }
}
