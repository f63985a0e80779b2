package org.postern.begin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postern.dns.Answer;
import org.postern.dns.Question;
import org.postern.dns.Resolver;

/** Asks nothing twice, not even what could not be answered: so a name server that is mute costs one wait, and not one for each record. For one thread. */
final class OneLook implements Resolver {
    private final Resolver resolver;
    private final Map<Question, Answer> answers = new LinkedHashMap<>();

    OneLook(Resolver resolver) {
        this.resolver = resolver;
    }

    @Override
    public List<Answer> ask(List<Question> questions) {
        var fresh = new ArrayList<Question>();
        for (Question question : questions) {
            if (!answers.containsKey(question) && !fresh.contains(question)) {
                fresh.add(question);
            }
        }
        if (!fresh.isEmpty()) {
            List<Answer> came = resolver.ask(fresh);
            for (int i = 0; i < came.size(); i++) {
                answers.put(fresh.get(i), came.get(i));
            }
        }
        return questions.stream().map(this::remembered).toList();
    }

    private Answer remembered(Question question) {
        Answer answer = answers.get(question);
        return answer == null ? Answer.failed(question, "nobody was asked") : answer;
    }
}
