package org.postern.message;

import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How mail writes dates: RFC 5322 §3.3. */
public final class MailDate {
    /** As {@code Fri, 27 Nov 2026 12:00:00 +0000}. */
    public static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);

    private MailDate() {}
}
