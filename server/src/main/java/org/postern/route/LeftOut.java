package org.postern.route;

/**
 * A host, or an address of one, that DNS names and that mail is not handed to.
 *
 * @param host as DNS names it; visible ASCII
 * @param preference of its MX record
 * @param words what is the matter, to be read after the host's name
 */
public record LeftOut(String host, int preference, Why why, String words) {
    /** Why a host may be left out. */
    public enum Why {
        /** No host can have that name. */
        NO_HOST_NAME,
        /** DNS has no address for it. */
        NO_ADDRESS,
        /** DNS could not say now; it may be tried later. */
        NOT_KNOWN_NOW,
        /** Its address is of this host or of an inner network, and not in {@code delivery.allow-nets}. */
        INNER,
        /** It is us. */
        OURSELVES,
        /** It is no better than we are, so it would hand the mail to us. */
        NO_BETTER_THAN_US,
        /** There were enough without it. */
        NOT_NEEDED
    }

    /** As {@code mx1.example.com (10) has the address 10.0.0.1, which is private}. */
    @Override
    public String toString() {
        return host + " (" + preference + ") " + words;
    }
}
