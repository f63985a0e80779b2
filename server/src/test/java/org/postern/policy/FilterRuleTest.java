package org.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;

/** What the answers of content filters earn. */
class FilterRuleTest {
    private static final FilterRule SPAM = new FilterRule("spam", FilterRule.OF_RSPAMD, Action.NOTE);
    private static final FilterRule VIRUS = new FilterRule("virus", FilterRule.OF_MILTER, Action.DEFER);

    private static Policy policy(Profile profile, List<PolicyException> exceptions) {
        return new Policy(profile, Map.of(), List.of(), List.of(), exceptions, Set.of(), List.of(SPAM, VIRUS));
    }

    private static Finding finding(Result result, String subject) {
        return new Finding(Check.FILTER, result, subject, "the filter said something", List.of());
    }

    private static Verdict verdict(Policy policy, Result result, String subject) {
        return policy.verdict(Cases.of(finding(result, subject)));
    }

    @ParameterizedTest
    @CsvSource({
        "PASS, spam no-action, accept",
        "SOFTFAIL, spam greylist, accept",
        "NEUTRAL, spam soft-reject, defer",
        "SOFTFAIL, spam add-header, quarantine",
        "SOFTFAIL, spam rewrite-subject, quarantine",
        "FAIL, spam discard, quarantine",
        "FAIL, spam reject, reject",
        "NEUTRAL, spam of-our-own, accept",
        "TEMPERROR, spam no-answer, accept",
        "NONE, spam too-large, accept",
        "PASS, virus accept, accept",
        "NEUTRAL, virus tempfail, defer",
        "SOFTFAIL, virus quarantine, quarantine",
        "FAIL, virus discard, quarantine",
        "FAIL, virus reject, reject",
        "TEMPERROR, virus no-answer, defer",
        "NONE, virus too-large, accept",
        "FAIL, other reject, accept",
        "FAIL, spammer reject, accept",
    })
    void eachAnswerEarnsWhatItsRuleSays(Result result, String subject, String word) {
        for (Profile profile : Set.of(Profile.STANDARD, Profile.STRICT)) {
            assertThat(verdict(policy(profile, List.of()), result, subject).word())
                    .isEqualTo(word);
        }
    }

    @Test
    void observedMailIsOnlyLookedAt() {
        assertThat(verdict(policy(Profile.OBSERVE, List.of()), Result.FAIL, "spam reject")
                        .word())
                .isEqualTo("accept");
    }

    @Test
    void anExceptionHoldsForFiltersToo() {
        var anybody = new PolicyException(Condition.ANYBODY, Set.of(Check.FILTER));

        assertThat(verdict(policy(Profile.STANDARD, List.of(anybody)), Result.FAIL, "spam reject")
                        .word())
                .isEqualTo("accept");
    }

    @Test
    void theClientIsToldWhatTheFilterSaid() {
        Verdict verdict = verdict(policy(Profile.STANDARD, List.of()), Result.FAIL, "virus reject");

        assertThat(verdict.reply().map(Object::toString).orElseThrow())
                .startsWith("550 5.7.1 the filter said something");
        assertThat(verdict(policy(Profile.STANDARD, List.of()), Result.NEUTRAL, "virus tempfail")
                        .reply()
                        .map(Object::toString)
                        .orElseThrow())
                .startsWith("451 4.7.1 ");
    }

    @Test
    void noAnswerNeverRejects() {
        var hard = new FilterRule("hard", Map.of(), Action.REJECT);
        var policy = new Policy(Profile.STANDARD, Map.of(), List.of(), List.of(), List.of(), Set.of(), List.of(hard));

        assertThat(verdict(policy, Result.TEMPERROR, "hard no-answer").action()).isEqualTo(Action.DEFER);
    }
}
