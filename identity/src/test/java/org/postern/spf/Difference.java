package org.postern.spf;

import java.util.Optional;

/** Why another program judges otherwise. */
enum Difference {
    ;
    static final String PYSPF = "pyspf";
    static final String MAIL_SPF = "Mail::SPF";

    static Optional<Difference> of(String who, MadeZone made, SpfResult ours, String theirs, String said) {
        return Optional.empty();
    }
}
