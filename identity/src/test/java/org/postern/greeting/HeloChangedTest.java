package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.smtp.Greeting;

class HeloChangedTest {
    @ParameterizedTest
    @CsvSource({
        "mail.example.com, mail.example.com, pass",
        "mail.example.com, MAIL.example.com, pass",
        "mail.example.com, mail.example.com., pass",
        "[192.0.2.1], [192.0.2.1], pass",
        "mail.example.com, out.example.com, fail",
        "bad..name, mail.example.com, fail",
        "[192.0.2.1], [192.0.2.2], fail",
    })
    void onlyAnotherNameFails(String first, String now, String result) {
        assertThat(HeloChanged.check(Optional.of(Greeting.name(first)), Greeting.name(now)))
                .hasToString("helo-changed=" + result);
    }

    @Test
    void theFirstGreetingIsNoChange() {
        assertThat(HeloChanged.check(Optional.empty(), Greeting.name("mail.example.com")))
                .hasToString("helo-changed=pass");
    }

    @Test
    void theTextNamesBoth() {
        assertThat(HeloChanged.check(Optional.of(Greeting.name("a.example")), Greeting.name("b.example"))
                        .text())
                .isEqualTo("it greeted as a.example before, and now as b.example");
    }
}
