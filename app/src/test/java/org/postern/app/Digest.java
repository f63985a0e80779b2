package org.postern.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A digest of the quarantine as Python's {@code email} package reads it.
 *
 * @param header of the whole
 * @param type of the whole
 * @param types of its parts
 * @param faults that Python found
 * @param text the part for terminals
 * @param html the other
 * @param loaded what the HTML would fetch: the values of src, href, action and the like
 * @param tags of the HTML, each once
 */
record Digest(
        Map<String, String> header,
        String type,
        List<String> types,
        List<String> faults,
        String text,
        String html,
        List<String> loaded,
        List<String> tags) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String SCRIPT = """
        import email, email.policy, html.parser, json, sys
        m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
        parts = list(m.iter_parts())
        loaded, tags = [], set()
        class Reader(html.parser.HTMLParser):
            def handle_starttag(self, tag, attrs):
                tags.add(tag)
                loaded.extend(v or k for k, v in attrs if k in ("src", "href", "action", "background") or k.startswith("on"))
        Reader().feed(parts[1].get_content())
        print(json.dumps({
            "header": {k: str(v) for k, v in m.items()},
            "type": m.get_content_type(),
            "types": [part.get_content_type() for part in parts],
            "faults": [repr(d) for part in m.walk() for d in part.defects]
                + [repr(d) for part in m.walk() for v in part.values() for d in getattr(v, "defects", [])],
            "text": parts[0].get_content(),
            "html": parts[1].get_content(),
            "loaded": loaded,
            "tags": sorted(tags),
        }))
        """;

    static Digest read(byte[] octets) throws IOException, InterruptedException {
        String json = Program.named("python3")
                .run(new ByteArrayInputStream(octets), Map.of(), "-c", SCRIPT)
                .succeeded()
                .output();
        return JSON.readValue(json, Digest.class);
    }
}
