package org.postern.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postern.begin.Heard;

/** Finds out one thing after another: by an option of the command line, else by a question, else by a default. */
final class Asking {
    /** Who is asked. */
    interface Person {
        /** What is typed in answer; empty at the end of input. */
        Optional<String> answer(String prompt);

        /** Says something that needs no answer. */
        void say(String line);
    }

    /** What was taken because nobody said otherwise. */
    record Assumed(String option, String value) {}

    private final List<Assumed> assumed = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private Optional<Person> person;

    /** @param person empty where nobody can be asked */
    Asking(Optional<Person> person) {
        this.person = person;
    }

    /**
     * Finds one out.
     *
     * @param option how it is said on the command line
     * @param said what was said there
     * @param question for a person; empty: it is never asked
     * @return empty when it was said in a way that can't be used; {@link #problems} says why
     */
    <T> Optional<T> find(
            String option,
            Optional<String> said,
            String question,
            String byDefault,
            Function<String, Heard<T>> hearing) {
        if (said.isPresent()) {
            Optional<T> value = heard(option + ": ", hearing.apply(said.get()), remarks, problems);
            if (value.isPresent() || person.isEmpty() || question.isEmpty()) {
                return value;
            }
            person.get().say(problems.removeLast());
        }
        while (person.isPresent() && !question.isEmpty()) {
            Optional<String> answer =
                    person.get().answer(question + (byDefault.isEmpty() ? ": " : " [" + byDefault + "]: "));
            if (answer.isEmpty()) {
                // The end of input: whoever it was has gone.
                person = Optional.empty();
                break;
            }
            String text = answer.get().isBlank() ? byDefault : answer.get().strip();
            var odd = new ArrayList<String>();
            Optional<T> value = heard("", hearing.apply(text), odd, odd);
            odd.forEach(person.get()::say);
            if (value.isPresent()) {
                return value;
            }
        }
        if (!byDefault.isEmpty()) {
            assumed.add(new Assumed(option, byDefault));
        }
        return heard(option + ": ", hearing.apply(byDefault), remarks, problems);
    }

    private static <T> Optional<T> heard(String head, Heard<T> heard, List<String> asides, List<String> refusals) {
        return switch (heard) {
            case Heard.Understood<T> understood -> {
                if (!understood.remark().isEmpty()) {
                    asides.add(understood.remark());
                }
                yield Optional.of(understood.value());
            }
            case Heard.Refused<T> refused -> {
                refusals.add(head + refused.why());
                yield Optional.empty();
            }
        };
    }

    /** What was taken without being said. */
    List<Assumed> assumed() {
        return List.copyOf(assumed);
    }

    /** What can't be used, sentences without their full stops. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** What whoever said it should know. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }
}
