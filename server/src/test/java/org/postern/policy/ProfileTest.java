package org.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postern.finding.Check;
import org.postern.finding.Result;

/** Every cell of the table of docs/checks.md; what stands not here is noted. */
class ProfileTest {
    private static void earns(Profile profile, String cells) {
        Map<String, Action> expected = new HashMap<>();
        cells.lines().forEach(line -> {
            String[] words = line.split(" ", 2);
            expected.put(words[0], Action.valueOf(words[1]));
        });
        for (Check check : Check.values()) {
            for (Result result : Result.values()) {
                String cell = check.id() + "=" + result.word();
                assertThat(profile.action(check, result)).as(cell).isEqualTo(expected.getOrDefault(cell, Action.NOTE));
            }
        }
    }

    @Test
    void observeRefusesWhomTheOperatorDeniesAndNobodyElse() {
        earns(Profile.OBSERVE, """
            own-list=fail REJECT
            """);
    }

    @Test
    void standardTurnsAwayWhatNoHonestServerDoes() {
        earns(Profile.STANDARD, """
            own-list=fail REJECT
            early-talk=fail REJECT
            helo-syntax=fail REJECT
            helo-bare-ip=fail REJECT
            helo-self=fail REJECT
            helo-literal=fail QUARANTINE
            helo-resolves=fail QUARANTINE
            iprev=fail QUARANTINE
            iprev=permerror QUARANTINE
            spf-helo=fail REJECT
            from-domain=fail REJECT
            dmarc=fail QUARANTINE
            dmarc=permerror QUARANTINE
            dmarc=temperror DEFER
            """);
    }

    @Test
    void strictTurnsAwayMore() {
        earns(Profile.STRICT, """
            own-list=fail REJECT
            early-talk=fail REJECT
            helo-syntax=fail REJECT
            helo-bare-ip=fail REJECT
            helo-fqdn=fail REJECT
            helo-self=fail REJECT
            helo-literal=fail QUARANTINE
            helo-resolves=fail QUARANTINE
            helo-resolves=temperror DEFER
            helo-matches=fail QUARANTINE
            iprev=fail REJECT
            iprev=permerror REJECT
            iprev=temperror DEFER
            helo-dynamic=fail QUARANTINE
            spf-helo=fail REJECT
            spf-helo=temperror DEFER
            from-domain=fail REJECT
            from-domain=temperror DEFER
            spf=fail REJECT
            dmarc=fail REJECT
            dmarc=permerror REJECT
            dmarc=temperror DEFER
            """);
    }
}
