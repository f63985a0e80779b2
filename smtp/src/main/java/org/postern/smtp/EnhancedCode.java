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
        String[] parts = text.split("\\.", -1);
        if (parts.length != 3 || !parts[0].matches("[245]") || !isNumber(parts[1]) || !isNumber(parts[2])) {
            return Optional.empty();
        }
        return Optional.of(
                new EnhancedCode(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
    }

    /** RFC 3463 §2: one to three digits without leading zeros. */
    private static boolean isNumber(String text) {
        return text.matches("0|[1-9][0-9]{0,2}");
    }

    @Override
    public String toString() {
        return status + "." + subject + "." + detail;
    }
}
