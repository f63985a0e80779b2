package org.postern.backup;

import java.io.IOException;

/** A file of an export is not what was written, or what a person may make of it. */
final class Broken extends IOException {
    private static final long serialVersionUID = 1;

    Broken(String why) {
        super(why);
    }
}
