package org.postern.spf;

import java.util.List;
import java.util.stream.Collectors;

/** Text with places to fill in: RFC 7208 §7.1. */
public record MacroString(List<Part> parts) {
    public MacroString {
        parts = List.copyOf(parts);
    }

    /** What it is made of. */
    public sealed interface Part {}

    /** Text that stands for itself, without any {@code %}. */
    public record Literal(String text) implements Part {
        @Override
        public String toString() {
            return text;
        }
    }

    /** {@code %%}, {@code %_} or {@code %-}. */
    public enum Escape implements Part {
        PERCENT("%%", "%"),
        SPACE("%_", " "),
        URL_SPACE("%-", "%20");

        private final String written;
        private final String meant;

        Escape(String written, String meant) {
            this.written = written;
            this.meant = meant;
        }

        String meant() {
            return meant;
        }

        @Override
        public String toString() {
            return written;
        }
    }

    /**
     * A place to fill in: RFC 7208 §7.2, §7.3.
     *
     * @param letter in lower case, what stands there
     * @param urlEscaped the letter was in upper case
     * @param rightmost how many parts are kept, counted from the right; 0 for all
     * @param reversed whether the parts change their order
     * @param delimiters what parts them; empty for the dot
     */
    public record Macro(char letter, boolean urlEscaped, int rightmost, boolean reversed, String delimiters)
            implements Part {
        static final String LETTERS = "slodiphcrtv";
        static final String DELIMITERS = ".-+,/_=";

        public Macro {
            if (LETTERS.indexOf(letter) < 0
                    || rightmost < 0
                    || delimiters.chars().anyMatch(c -> DELIMITERS.indexOf(c) < 0)) {
                throw new IllegalArgumentException("no macro");
            }
        }

        @Override
        public String toString() {
            return "%{" + (urlEscaped ? Character.toUpperCase(letter) : letter) + (rightmost == 0 ? "" : rightmost)
                    + (reversed ? "r" : "") + delimiters + "}";
        }
    }

    /** Whether one of {@code letters} is to be filled in. */
    boolean uses(String letters) {
        return parts.stream().anyMatch(part -> part instanceof Macro macro && letters.indexOf(macro.letter) >= 0);
    }

    /** As it was written. */
    @Override
    public String toString() {
        return parts.stream().map(Part::toString).collect(Collectors.joining());
    }
}
