package org.postern.spool;

/** How far we believe that a message comes from its reverse-path, and so whether that one is told when it can't be delivered. */
public enum Standing {
    /** A client that we trust brought it. */
    OURS,
    /** A stranger brought it, and the domain of the reverse-path permits that (SPF): it may be told, at a limited rate. */
    PROVEN,
    /** Anybody may have written that path: a report would be backscatter. */
    UNPROVEN
}
