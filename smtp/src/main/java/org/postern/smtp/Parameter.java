package org.postern.smtp;

import java.util.Optional;

/**
 * An ESMTP parameter of MAIL or RCPT, RFC 5321 §4.1.2: {@code SIZE=1000}, {@code SMTPUTF8}.
 *
 * @param keyword letters, digits and hyphens, in upper case
 * @param value printable without {@code =} and space (characters beyond ASCII as RFC 6531 §3.3 allows them)
 */
public record Parameter(String keyword, Optional<String> value) {
    public Parameter {
        if (!isKeyword(keyword)) {
            throw new IllegalArgumentException("not a keyword in upper case: " + keyword);
        }
        if (value.isPresent() && !isValue(value.get())) {
            throw new IllegalArgumentException("not a value: " + value.get());
        }
    }

    static boolean isKeyword(String text) {
        return !text.isEmpty()
                && text.charAt(0) != '-'
                && Letters.all(text, c -> (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-');
    }

    static boolean isValue(String text) {
        return !text.isEmpty() && Letters.all(text, c -> c > 0x20 && c != '=' && Mailbox.isWritable(c));
    }

    @Override
    public String toString() {
        return keyword + value.map(text -> "=" + text).orElse("");
    }
}
