package org.postern.filter;

/** The stages of a message, in their order. */
enum MilterStage {
    CONNECT('C', 0x1, 0x1000),
    HELO('H', 0x2, 0x2000),
    MAIL('M', 0x4, 0x4000),
    RCPT('R', 0x8, 0x8000),
    DATA('T', 0x200, 0x1_0000),
    HEADER('L', 0x20, 0x80),
    END_OF_HEADER('N', 0x40, 0x4_0000),
    BODY('B', 0x10, 0x8_0000),
    END_OF_BODY('E', 0, 0);

    private final char letter;
    private final int omitted;
    private final int unanswered;

    MilterStage(char letter, int omitted, int unanswered) {
        this.letter = letter;
        this.omitted = omitted;
        this.unanswered = unanswered;
    }

    char letter() {
        return letter;
    }

    /** Whether the filter wants to see it. */
    boolean isSeen(MilterOptions options) {
        return !options.has(omitted) && (this != DATA || options.knowsData());
    }

    /** Whether the filter says something to it. */
    boolean isAnswered(MilterOptions options) {
        return !options.has(unanswered);
    }
}
