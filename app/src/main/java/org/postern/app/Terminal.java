package org.postern.app;

import java.io.Console;
import java.util.Optional;

/** Whoever sits at the terminal. */
record Terminal(Console console) implements Asking.Person {
    /** Empty when standard input or output is none. */
    static Optional<Asking.Person> person() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).map(Terminal::new);
    }

    @Override
    public Optional<String> answer(String prompt) {
        return Optional.ofNullable(console.readLine("%s", prompt));
    }

    @Override
    public void say(String line) {
        console.printf("%s%n", Harmless.text(line));
    }
}
