package org.postern.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What scripts say to every {@code sendmail}: options by their one letter, together or apart, their values behind them or next. Those that
 * have no meaning here are read past.
 */
final class SendmailOptions {
    /** Followed by a value, which may be the next argument. */
    private static final String WITH_VALUE = "ABCDFLNORVXbfhopqr";

    /** Their values are behind them or missing: the next argument is none. */
    private static final String VALUE_BEHIND_ONLY = "bopqA";

    /** What is wanted. */
    enum Mode {
        /** {@code -bm}: hand over the message on standard input. */
        MAIL,
        /** {@code -bp}, {@code mailq}. */
        LIST,
        /** {@code -bs}: SMTP on standard input and output. */
        SMTP,
        /** {@code -bi}, {@code newaliases}. */
        ALIASES,
        /** {@code -q}. */
        FLUSH
    }

    /** An option makes no sense. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        Wrong(String why) {
            super(why);
        }
    }

    private Mode mode = Mode.MAIL;
    private boolean recipientsInHeader;
    private boolean dotIsText;
    private boolean verbose;
    private Optional<String> from = Optional.empty();
    private Optional<String> fullName = Optional.empty();
    private Optional<String> config = Optional.empty();
    private final List<String> recipients = new ArrayList<>();

    private SendmailOptions() {}

    static SendmailOptions parse(String name, String... arguments) throws Wrong {
        var options = new SendmailOptions();
        if (name.equals("mailq")) {
            options.mode = Mode.LIST;
        } else if (name.equals("newaliases")) {
            options.mode = Mode.ALIASES;
        }
        boolean ended = false;
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (ended || argument.length() < 2 || argument.charAt(0) != '-') {
                options.recipients.add(argument);
            } else if (argument.equals("--")) {
                ended = true;
            } else {
                i += options.letters(
                        argument, i + 1 < arguments.length ? Optional.of(arguments[i + 1]) : Optional.empty());
            }
        }
        return options;
    }

    /** How many arguments behind this one it takes. */
    private int letters(String argument, Optional<String> next) throws Wrong {
        for (int at = 1; at < argument.length(); at++) {
            char letter = argument.charAt(at);
            if (WITH_VALUE.indexOf(letter) < 0) {
                flag(letter);
                continue;
            }
            if (at + 1 < argument.length() || VALUE_BEHIND_ONLY.indexOf(letter) >= 0) {
                value(letter, argument.substring(at + 1));
                return 0;
            }
            value(letter, next.orElseThrow(() -> new Wrong("-" + letter + " needs a value")));
            return 1;
        }
        return 0;
    }

    private void flag(char letter) {
        switch (letter) {
            case 't' -> recipientsInHeader = true;
            case 'i' -> dotIsText = true;
            case 'v' -> verbose = true;
            default -> {}
        }
    }

    private void value(char letter, String value) throws Wrong {
        switch (letter) {
            case 'f', 'r' -> from = Optional.of(value);
            case 'F' -> fullName = Optional.of(value);
            case 'C' -> config = Optional.of(value);
            case 'o' -> dotIsText |= value.equals("i");
            case 'q' -> mode = Mode.FLUSH;
            case 'b' ->
                mode = switch (value) {
                    case "m" -> Mode.MAIL;
                    case "p" -> Mode.LIST;
                    case "s" -> Mode.SMTP;
                    case "i" -> Mode.ALIASES;
                    case "d", "D" -> throw new Wrong("-b" + value + ": the server is started by \"postern serve\"");
                    default -> throw new Wrong("-b" + value + " is not known here: -bm, -bp, -bs and -bi are");
                };
            default -> {}
        }
    }

    Mode mode() {
        return mode;
    }

    /** {@code -t}. */
    boolean recipientsInHeader() {
        return recipientsInHeader;
    }

    /** {@code -i}, {@code -oi}: a line with a single dot does not end the message. */
    boolean dotIsText() {
        return dotIsText;
    }

    /** {@code -v}. */
    boolean verbose() {
        return verbose;
    }

    /** {@code -f}, {@code -r}. */
    Optional<String> from() {
        return from;
    }

    /** {@code -F}. */
    Optional<String> fullName() {
        return fullName;
    }

    /** {@code -C}. */
    Optional<String> config() {
        return config;
    }

    List<String> recipients() {
        return recipients;
    }
}
