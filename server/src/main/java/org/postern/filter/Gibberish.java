package org.postern.filter;

import java.io.IOException;

/** What a filter sent makes no sense, or is too much of it. */
final class Gibberish extends IOException {
    private static final long serialVersionUID = 1;

    Gibberish(String what) {
        super(what);
    }
}
