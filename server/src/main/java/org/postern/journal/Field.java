package org.postern.journal;

import java.util.Optional;

/** What entries are found by. The letters stand in the index. */
public enum Field {
    SESSION('s'),
    MESSAGE('m'),
    MESSAGE_ID('i'),
    CLIENT('c'),
    GREETING('n'),
    CONFIRMED('r'),
    SENDER('f'),
    RECIPIENT('t'),
    VERDICT('v'),
    CHECK('k'),
    DESTINATION('d');

    private final char letter;

    Field(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }

    static Optional<Field> of(char letter) {
        for (Field field : values()) {
            if (field.letter == letter) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }
}
