package org.postern.app;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.journal.Codec;
import org.postern.journal.Entry;
import org.postern.journal.Story;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A story as programs read it: {@code docs/explain.schema.json}. */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record StoryJson(
        String subject,
        String answer,
        boolean fine,
        List<JsonNode> transactions,
        Optional<JsonNode> session,
        List<Message> messages,
        List<String> cures,
        List<JsonNode> gaps,
        Map<String, String> now) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** A message. */
    record Message(String id, List<JsonNode> history, List<Message> reports) {
        static Message of(Story.Message one) {
            return new Message(
                    one.id(),
                    one.history().stream().map(StoryJson::tree).toList(),
                    one.reports().stream().map(Message::of).toList());
        }
    }

    /** @param now what DNS says today to each question of then */
    static String of(Story story, Map<String, String> now) {
        return MAPPER.writeValueAsString(new StoryJson(
                story.subject(),
                story.answer(),
                story.fine(),
                story.transactions().stream().map(StoryJson::tree).toList(),
                story.session().map(StoryJson::tree),
                story.messages().stream().map(Message::of).toList(),
                story.cures(),
                story.gaps().stream().map(StoryJson::tree).toList(),
                now));
    }

    private static JsonNode tree(Entry entry) {
        return MAPPER.readTree(Codec.octets(entry));
    }
}
