package org.postern.dns;

import java.util.List;
import java.util.Optional;

/**
 * Whom to ask. An answer always comes, and in bounded time; what can't be had is one that {@link Answer#isFailed() failed}. Safe for
 * many threads, which wait: call it on virtual ones.
 */
@FunctionalInterface
public interface Resolver {
    /** Asks all of them side by side; the answers in the same order. */
    List<Answer> ask(List<Question> questions);

    /** The answer if it can be had without asking anybody. Never waits. */
    default Optional<Answer> known(Question question) {
        return Optional.empty();
    }

    /** Asks one. */
    default Answer ask(Question question) {
        return ask(List.of(question)).getFirst();
    }

    /** Asks for one type of a name. */
    default Answer ask(DnsName name, RecordType type) {
        return ask(new Question(name, type));
    }
}
