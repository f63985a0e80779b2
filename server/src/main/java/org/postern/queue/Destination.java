package org.postern.queue;

/**
 * What shares connections, limits and fate: the MX hosts of a domain, a host that the configuration names, the mailboxes here.
 *
 * @param name as operators know it: {@code example.com}, {@code smtp://192.0.2.1:25}, {@code local}
 */
public record Destination(Kind kind, String name) implements Comparable<Destination> {
    /** What an attempt mostly does. */
    public enum Kind {
        /** Works on files of this machine: on a platform thread, for it would hold up all others. */
        LOCAL,
        /** Waits for another host. */
        REMOTE
    }

    /** The mailboxes here. */
    public static final Destination LOCAL = new Destination(Kind.LOCAL, "local");

    /** Other hosts of that name. */
    public static Destination remote(String name) {
        return new Destination(Kind.REMOTE, name);
    }

    @Override
    public int compareTo(Destination other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
