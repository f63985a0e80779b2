package org.postern.smtp;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The service extensions that Postern knows, by their keyword in the reply to EHLO (the IANA registry's names). */
public enum Extension {
    /** RFC 2920. */
    PIPELINING("PIPELINING"),
    /** RFC 1870. */
    SIZE("SIZE"),
    /** RFC 6152. */
    EIGHT_BIT_MIME("8BITMIME"),
    /** RFC 3030. */
    CHUNKING("CHUNKING"),
    /** RFC 2034. */
    ENHANCED_STATUS_CODES("ENHANCEDSTATUSCODES"),
    /** RFC 3207. */
    STARTTLS("STARTTLS"),
    /** RFC 9422. */
    LIMITS("LIMITS"),
    /** RFC 6531. */
    SMTPUTF8("SMTPUTF8"),
    /** Postfix's XCLIENT_README, of no RFC. */
    XCLIENT("XCLIENT"),
    /** RFC 5321 §4.1.1.8. */
    HELP("HELP");

    private final String keyword;

    Extension(String keyword) {
        this.keyword = keyword;
    }

    /** As EHLO's reply has it. */
    public String keyword() {
        return keyword;
    }

    /** The extension of that keyword, in whatever case; empty for one that isn't known here. */
    public static Optional<Extension> of(String keyword) {
        String upper = keyword.toUpperCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(extension -> extension.keyword.equals(upper))
                .findFirst();
    }
}
