package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Optional;

/**
 * What the octets after DATA mean, found in the plainest way: the judge of {@link Content}, which is fast and streams.
 *
 * @param end behind the end of data; -1 when it never comes
 * @param content the message; empty when it breaks a rule
 */
record NaiveContent(int end, Optional<String> content) {

    /** RFC 5321 §4.1.1.4: the end is CR LF "." CR LF, whose first CR LF may be the one of the DATA command. */
    static NaiveContent of(byte[] octets) {
        String all = "\r\n" + new String(octets, ISO_8859_1);
        int dot = all.indexOf("\r\n.\r\n");
        if (dot < 0) {
            return new NaiveContent(-1, Optional.empty());
        }
        String body = all.substring(2, Math.max(2, dot + 2));
        return new NaiveContent(dot + 5 - 2, isLegal(body) ? Optional.of(unstuffed(body)) : Optional.empty());
    }

    /** §2.3.8: CR and LF only together; and no NUL. */
    static boolean isLegal(String text) {
        String rest = text.replace("\r\n", "");
        return rest.indexOf('\r') < 0 && rest.indexOf('\n') < 0 && rest.indexOf('\0') < 0;
    }

    /** §4.5.2. */
    private static String unstuffed(String body) {
        return ("\r\n" + body).replace("\r\n.", "\r\n").substring(2);
    }
}
