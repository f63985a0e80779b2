package org.postern.filter;

import java.nio.ByteBuffer;

/**
 * What both sides of the milter protocol agree to, before anything else is said.
 *
 * @param actions bits of what the filter may do to a message
 * @param protocol bits of what it does not want to see, and does not answer to
 */
record MilterOptions(int version, int actions, int protocol) {
    /** The version of the protocol that we speak; 2 is what Sendmail 8.10 spoke. */
    private static final int VERSION = 6;

    private static final int OLDEST = 2;

    /**
     * Add header fields, change body, recipients, header fields and sender, and quarantine. We make few of these changes, but most
     * filters refuse to work where what they might ever do is not offered.
     */
    private static final int ACTIONS = 0xff;

    /** All bits of version 6 but SMFIP_RCPT_REJ: refused recipients are not told. */
    private static final int PROTOCOL = 0x1f_ffff & ~0x800;

    private static final int LEADING_SPACE = 0x10_0000;

    /** What we offer. */
    static final MilterOptions OFFERED = new MilterOptions(VERSION, ACTIONS, PROTOCOL);

    byte[] octets() {
        return ByteBuffer.allocate(12)
                .putInt(version)
                .putInt(actions)
                .putInt(protocol)
                .array();
    }

    /** Reads what the filter takes of {@link #OFFERED}. @throws Gibberish when it takes something else */
    static MilterOptions of(MilterWire.Packet packet) throws Gibberish {
        if (packet.kind() != 'O' || packet.data().length < 12) {
            throw new Gibberish("it does not agree on options");
        }
        ByteBuffer data = ByteBuffer.wrap(packet.data());
        var options = new MilterOptions(data.getInt(), data.getInt(), data.getInt());
        if (options.version < OLDEST
                || options.version > VERSION
                || (options.actions & ~ACTIONS) != 0
                || (options.protocol & ~PROTOCOL) != 0) {
            throw new Gibberish("it wants options that were not offered");
        }
        return options;
    }

    boolean has(int bit) {
        return (protocol & bit) != 0;
    }

    /** Whether it wants the space behind a header field's colon. */
    boolean keepsLeadingSpace() {
        return has(LEADING_SPACE);
    }

    /** DATA came with version 4. */
    boolean knowsData() {
        return version >= 4;
    }
}
