package org.postern.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.postern.dkim.Body;
import org.postern.dns.Answer;
import org.postern.dns.Question;
import org.postern.finding.Result;
import org.postern.message.Field;
import org.postern.message.Header;
import org.postern.message.OpenMessage;

/**
 * Any header at all: what is taken for a chain has the sets 1 to n, at most fifty, each field of them once, as a plain search finds them; the
 * order of its fields does not matter, one of them left out or there twice breaks it; and no more names are
 * asked for than two for each set.
 */
@Tag("arc-1")
final class ArcSetFuzzTest {
    private static final Pattern INSTANCE = Pattern.compile("(?s)[^:]*:(?:.*;)?\\s*i\\s*=\\s*([0-9\\s]+?)\\s*(?:;.*)?");

    @FuzzTest(maxDuration = "10m")
    void sets(byte[] octets) throws ArcSet.Broken {
        Header header = header(octets);
        assertWorkIsBounded(header);
        List<ArcSet> sets;
        try {
            sets = ArcSet.all(header);
        } catch (ArcSet.Broken problem) {
            assertThat(problem.getMessage()).matches("[ -~]{1,120}");
            return;
        }
        List<Field> fields = header.fields().stream().filter(ArcSet::isOne).toList();
        assertThat(fields).hasSize(sets.size() * 3);
        assertThat(sets).hasSizeLessThanOrEqualTo(ArcSet.MAX);
        assertThat(instances(fields))
                .isEqualTo(new HashSet<>(
                        IntStream.rangeClosed(1, sets.size()).boxed().toList()));
        assertThat(sets.stream()
                        .flatMap(set -> List.of(set.results(), set.signature(), set.sealField()).stream())
                        .toList())
                .containsExactlyInAnyOrderElementsOf(fields);
        if (sets.isEmpty()) {
            return;
        }
        var turned = new ArrayList<>(fields);
        Collections.reverse(turned);
        assertThat(ArcSet.all(header(turned)).stream().map(ArcSet::seal).toList())
                .isEqualTo(sets.stream().map(ArcSet::seal).toList());
        assertThat(isBroken(fields.subList(1, fields.size()))).isTrue();
        var twice = new ArrayList<>(fields);
        twice.add(fields.getFirst());
        assertThat(isBroken(twice)).isTrue();
    }

    private static boolean isBroken(List<Field> fields) {
        try {
            ArcSet.all(header(fields));
            return false;
        } catch (ArcSet.Broken broken) {
            return true;
        }
    }

    private static Set<Integer> instances(List<Field> fields) {
        Set<Integer> all = new HashSet<>();
        for (Field field : fields) {
            var found = INSTANCE.matcher(new String(field.toBytes(), ISO_8859_1));
            assertThat(found.matches())
                    .as(new String(field.toBytes(), ISO_8859_1))
                    .isTrue();
            all.add(Integer.parseInt(found.group(1).replaceAll("\\s", "")));
        }
        return all;
    }

    private static void assertWorkIsBounded(Header header) {
        Map<Question, Integer> asked = new HashMap<>();
        var body = new Body();
        ChainCheck check = ChainCheck.begin(
                header,
                body,
                questions -> {
                    synchronized (asked) {
                        questions.forEach(question -> asked.merge(question, 1, Integer::sum));
                    }
                    return questions.stream()
                            .map(question -> Answer.failed(question, "nobody is there"))
                            .toList();
                },
                Relays.NOW);
        try {
            body.through(new ByteArrayInputStream("\r\nHello\r\n".getBytes(ISO_8859_1)))
                    .readAllBytes();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        ChainResult found = check.result();
        assertThat(found.result()).isIn(Result.NONE, Result.FAIL, Result.TEMPERROR);
        assertThat(found.text()).matches("[ -~]+").hasSizeLessThan(600);
        synchronized (asked) {
            assertThat(asked.values().stream().mapToInt(Integer::intValue).sum())
                    .isLessThanOrEqualTo(2 * ArcSet.MAX);
        }
    }

    private static Header header(List<Field> fields) {
        var octets = new ByteArrayOutputStream();
        fields.forEach(field -> octets.writeBytes(field.toBytes()));
        return header(octets.toByteArray());
    }

    private static Header header(byte[] octets) {
        try {
            return OpenMessage.of(new ByteArrayInputStream(octets), Integer.MAX_VALUE)
                    .orElseThrow()
                    .header();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
