package org.postern.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A resolver for one session: only so many questions. What goes past is an answer that failed, so no zone makes a verdict dear. */
public final class Budget implements Resolver {
    private final Resolver resolver;
    private final int most;
    private final AtomicInteger asked = new AtomicInteger();

    /** @param most how many questions */
    public Budget(Resolver resolver, int most) {
        this.resolver = resolver;
        this.most = most;
    }

    /** How many have been asked of it. */
    public int asked() {
        return asked.get();
    }

    @Override
    public Optional<Answer> known(Question question) {
        if (asked.get() >= most) {
            return Optional.empty();
        }
        Optional<Answer> known = resolver.known(question);
        known.ifPresent(_ -> asked.incrementAndGet());
        return known;
    }

    @Override
    public List<Answer> ask(List<Question> questions) {
        int before = asked.getAndAdd(questions.size());
        int left = Math.clamp((long) most - before, 0, questions.size());
        List<Answer> answers = resolver.ask(questions.subList(0, left));
        if (left == questions.size()) {
            return answers;
        }
        var all = new ArrayList<>(answers);
        for (Question question : questions.subList(left, questions.size())) {
            all.add(Answer.failed(question, "not asked: this session has asked its " + most + " questions"));
        }
        return all;
    }
}
