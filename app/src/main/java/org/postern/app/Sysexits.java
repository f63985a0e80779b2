package org.postern.app;

/** What programs that send mail say at their end: sysexits.h of BSD, as scripts know it of every {@code sendmail}. */
final class Sysexits {
    static final int OK = 0;
    static final int USAGE = 64;
    static final int DATA_ERROR = 65;
    static final int NO_INPUT = 66;
    static final int NO_USER = 67;
    static final int NO_HOST = 68;
    static final int UNAVAILABLE = 69;
    static final int TEMP_FAIL = 75;
    static final int PROTOCOL = 76;
    static final int NO_PERMISSION = 77;
    static final int CONFIG = 78;

    private Sysexits() {}
}
