package org.postern.smtp;

import java.util.Optional;

/**
 * An enhanced mail system status code, RFC 3463 §2: {@code class.subject.detail}, as {@code 5.7.1}.
 *
 * @param status 2 success, 4 persistent transient failure, 5 permanent failure (the RFC's "class")
 * @param subject 0 to 999
 * @param detail 0 to 999
 */
public record EnhancedCode(int status, int subject, int detail) {
    public EnhancedCode {
        if ((status != 2 && status != 4 && status != 5) || subject < 0 || subject > 999 || detail < 0 || detail > 999) {
            throw new IllegalArgumentException("not an enhanced code: " + status + "." + subject + "." + detail);
        }
    }

    /** The code at the start of {@code text}, which ends there or goes on with a space; empty when there is none. */
    static Optional<EnhancedCode> startOf(String text) {
        int space = text.indexOf(' ');
        return parse(space < 0 ? text : text.substring(0, space));
    }

    /** The code, or empty when {@code text} is none. */
    public static Optional<EnhancedCode> parse(String text) {
        if (text.length() < 5 || text.length() > 9) {
            return Optional.empty();
        }
        int dot = text.indexOf('.');
        int last = text.lastIndexOf('.');
        int status = number(text, 0, dot);
        int subject = number(text, dot + 1, last);
        int detail = number(text, last + 1, text.length());
        boolean isStatus = status == 2 || status == 4 || status == 5;
        return isStatus && subject >= 0 && detail >= 0
                ? Optional.of(new EnhancedCode(status, subject, detail))
                : Optional.empty();
    }

    /** RFC 3463 §2: one to three digits without leading zeros; -1 when it is none. */
    private static int number(String text, int from, int to) {
        int length = to - from;
        if (length < 1 || length > 3 || (length > 1 && text.charAt(from) == '0')) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    @Override
    public String toString() {
        return status + "." + subject + "." + detail;
    }
}
