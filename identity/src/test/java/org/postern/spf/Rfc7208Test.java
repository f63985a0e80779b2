package org.postern.spf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postern.finding.Check;
import org.postern.finding.Finding;

/** The rules of RFC 7208, each as a query with its zone: see {@link SpfCases}. */
class Rfc7208Test {
    @TestFactory
    Stream<DynamicTest> rules() {
        return SpfCases.all().cases().stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> plays(one)));
    }

    private static void plays(SpfCases.Case one) {
        SpfResult result = one.result();
        String[] expected = one.expected().split(" \\| ", -1);
        String came = (result.result().word() + " " + result.mechanism()).trim();
        assertThat(came).as(result.toString()).isEqualTo(expected[0]);
        String explanation = "";
        for (int i = 1; i < expected.length; i++) {
            String[] words = expected[i].split(" ", 2);
            switch (words[0]) {
                case "exp" -> explanation = words[1];
                case "asks" -> assertThat(result.answers()).hasSize(Integer.parseInt(words[1]));
                case "why" -> assertThat(result.reason()).contains(words[1]);
                default -> throw new IllegalArgumentException(expected[i]);
            }
        }
        assertThat(result.explanation()).isEqualTo(explanation);
        assertThat(result.reason()).matches("[ -~]+").hasSizeLessThan(400);
        Finding finding = result.finding(Check.SPF);
        assertThat(finding.text()).startsWith(result.reason()).contains(explanation);
        // A function of its answers: the same once more.
        assertThat(one.result()).isEqualTo(result);
    }

    /** Says how many cases each section has; each part of §4 to §7 that states rules has some. */
    @Test
    void everySectionHasItsCases() {
        var count = new TreeMap<String, Long>(SpfCases.all().cases().stream()
                .collect(Collectors.groupingBy(SpfCases.Case::section, Collectors.counting())));
        long all = count.values().stream().mapToLong(Long::longValue).sum();
        System.out.println("RFC 7208: " + all + " cases: "
                + count.entrySet().stream()
                        .map(entry -> "§" + entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
        assertThat(count.keySet())
                .contains(
                        "2.3", "2.4", "3.2", "3.3", "4.3", "4.4", "4.5", "4.6", "4.6.1", "4.6.2", "4.6.4", "4.7", "4.8")
                .contains(
                        "5", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7", "6", "6.1", "6.2", "7.1", "7.2", "7.3",
                        "7.4");
        assertThat(all).isGreaterThan(150);
    }
}
