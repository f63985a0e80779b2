package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Any octets: they are a list of tags exactly when the grammar of RFC 6376 §3.2 says so, with the same values. */
final class TagListFuzzTest {
    private static final String SPACE = "[ \\t\\r\\n]*+";

    /** The value ends with an octet that is no white space, or is empty. */
    private static final Pattern SPEC = Pattern.compile(SPACE + "([A-Za-z][A-Za-z0-9_]*+)" + SPACE + "=" + SPACE
            + "((?:[\\t\\r\\n -\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff])?)" + SPACE);

    private static Optional<Map<String, String>> reference(String text) {
        List<String> specs = new ArrayList<>(Arrays.asList(text.split(";", -1)));
        if (specs.size() > 1 && specs.getLast().matches(SPACE)) {
            specs.removeLast();
        }
        var tags = new LinkedHashMap<String, String>();
        for (String spec : specs) {
            Matcher parts = SPEC.matcher(spec);
            if (!parts.matches() || tags.put(parts.group(1), parts.group(2)) != null) {
                return Optional.empty();
            }
        }
        return tags.size() > TagList.MAX_TAGS ? Optional.empty() : Optional.of(tags);
    }

    @FuzzTest(maxDuration = "10m")
    void tags(byte[] octets) {
        String text = new String(octets, ISO_8859_1);
        Optional<TagList> list = TagList.parse(text);
        Optional<Map<String, String>> expected = reference(text);
        assertThat(list.isPresent()).as(text).isEqualTo(expected.isPresent());
        if (list.isEmpty()) {
            return;
        }
        Map<String, String> tags = expected.orElseThrow();
        tags.forEach((name, value) -> {
            assertThat(list.get().value(name)).as(name).contains(value);
            assertThat(list.get().compact(name)).contains(value.replaceAll("[ \\t\\r\\n]", ""));
        });
        Map.Entry<String, String> first = tags.entrySet().iterator().next();
        assertThat(list.get().beginsWith(first.getKey(), first.getValue())).isTrue();
        assertThat(list.get().beginsWith(first.getKey(), first.getValue() + "x"))
                .isFalse();
    }
}
