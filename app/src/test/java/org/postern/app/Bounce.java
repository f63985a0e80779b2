package org.postern.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A report of delivery as Python's {@code email} package reads it.
 *
 * @param header of the whole
 * @param type of the whole
 * @param report the parameter {@code report-type}
 * @param types of its parts
 * @param faults that Python found
 * @param text the part for people
 * @param message the fields about the message
 * @param recipients the fields about each recipient
 * @param returned the header of the message that it is about
 */
record Bounce(
        Map<String, String> header,
        String type,
        String report,
        List<String> types,
        List<String> faults,
        String text,
        Map<String, String> message,
        List<Map<String, String>> recipients,
        Map<String, String> returned) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String SCRIPT = """
        import email, email.policy, json, sys
        m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
        parts = list(m.iter_parts())
        blocks = [dict(block.items()) for block in parts[1].get_payload()]
        returned = email.message_from_string(parts[2].get_content(), policy=email.policy.default)
        print(json.dumps({
            "header": {k: str(v) for k, v in m.items()},
            "type": m.get_content_type(),
            "report": m.get_param("report-type"),
            "types": [part.get_content_type() for part in parts],
            "faults": [repr(d) for part in m.walk() for d in part.defects]
                + [repr(d) for part in m.walk() for v in part.values() for d in getattr(v, "defects", [])],
            "text": parts[0].get_content(),
            "message": blocks[0],
            "recipients": blocks[1:],
            "returned": {k: str(v) for k, v in returned.items()},
        }))
        """;

    static Bounce read(byte[] octets) throws IOException, InterruptedException {
        String json = Program.named("python3")
                .run(new ByteArrayInputStream(octets), Map.of(), "-c", SCRIPT)
                .succeeded()
                .output();
        return JSON.readValue(json, Bounce.class);
    }

    /** The fields about one recipient. */
    Map<String, String> about(String recipient) {
        return recipients.stream()
                .filter(fields -> fields.getOrDefault("Final-Recipient", "").equals("rfc822; " + recipient))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing about " + recipient + " in " + recipients));
    }

    /** The part for people without its line ends. */
    String prose() {
        return text.replaceAll("\\s+", " ");
    }
}
