package org.postern.message;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One part of a message, or the message itself, once its header is read: RFC 2046.
 *
 * @param header its fields
 * @param hasBody whether the empty line behind the header is there
 * @param isMessage whether it is a whole message: the outermost, or one that is forwarded in a part
 * @param isSigned whether somebody signed its octets (RFC 1847)
 */
record Part(Header header, boolean hasBody, boolean isMessage, boolean isSigned, Kind kind, ContentType type) {
    /** RFC 2045 §6.2: they say what the octets are, and change none. */
    private static final Set<String> IDENTITIES = Set.of("7bit", "8bit", "binary");

    static final String ENCODING = "Content-Transfer-Encoding";

    enum Kind {
        /** Has parts of its own. */
        MULTIPART,
        /** Is a whole message in a part. */
        MESSAGE,
        /** Can be encoded. */
        PLAIN,
        /** Must stay as it is: it is encoded already, or no encoding is allowed for its type (RFC 2045 §6.4). */
        OPAQUE
    }

    static Part of(Header header, boolean hasBody, boolean isMessage, boolean isSigned, ContentType unsaid) {
        ContentType type = header.values("Content-Type").stream()
                .findFirst()
                .flatMap(ContentType::parse)
                .orElse(unsaid);
        Kind kind;
        if (encoding(header).filter(name -> !IDENTITIES.contains(name)).isPresent()) {
            kind = Kind.OPAQUE;
        } else if (type.isMultipart()) {
            kind = type.boundary().isPresent() ? Kind.MULTIPART : Kind.OPAQUE;
        } else if (type.is("message", "rfc822")) {
            kind = Kind.MESSAGE;
        } else {
            // RFC 2046 §5.2.2.1, §5.2.3: 7-bit by their definition.
            boolean isBare = type.is("message", "partial") || type.is("message", "external-body");
            kind = isBare ? Kind.OPAQUE : Kind.PLAIN;
        }
        return new Part(header, hasBody, isMessage, isSigned, kind, type);
    }

    /** Whether it says so, and may be made to say something else: nobody signed it. */
    boolean isSaidToBeEightBit() {
        return !isSigned
                && encoding(header)
                        .filter(name -> name.equals("8bit") || name.equals("binary"))
                        .isPresent();
    }

    private static Optional<String> encoding(Header header) {
        return header.values(ENCODING).stream()
                .findFirst()
                .map(value -> value.replaceAll("\\(.*\\)", "").strip().toLowerCase(Locale.ROOT));
    }
}
