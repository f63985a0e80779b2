package org.postern.control;

import java.util.Optional;
import org.postern.spool.MessageId;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;

/** Requests and answers as lines of JSON. Its first use loads Jackson, which the start of a server does without: its numbers are constants. */
public final class Protocol {
    /** The version spoken: in each request, as the member {@code postern}. */
    public static final int VERSION = 1;

    /** Octets of a request's line. */
    static final int REQUEST_OCTETS = 64 << 10;

    /** Octets of an answer's line: a message may have many recipients. */
    static final int ANSWER_OCTETS = 256 << 20;

    /** Connections at once. */
    static final int CONNECTIONS = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(10)
                            .maxNumberLength(20)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .addModule(new SimpleModule()
                    .addSerializer(MessageId.class, new IdWriter())
                    .addDeserializer(MessageId.class, new IdReader()))
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** A line that is no request; what to answer to it. */
    static final class NotUnderstood extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Answer.Failed answer;

        NotUnderstood(Answer.Reason reason, String text) {
            super(text);
            this.answer = new Answer.Failed(reason, text);
        }

        Answer.Failed answer() {
            return answer;
        }
    }

    private static final class IdWriter extends ValueSerializer<MessageId> {
        @Override
        public void serialize(MessageId id, JsonGenerator to, SerializationContext context) {
            to.writeString(id.toString());
        }
    }

    private static final class IdReader extends ValueDeserializer<MessageId> {
        @Override
        public MessageId deserialize(JsonParser from, DeserializationContext context) {
            String text = from.getValueAsString("");
            return MessageId.parse(text)
                    .orElseThrow(() -> DatabindException.from(from, "\"" + text + "\" is no message id"));
        }
    }

    private Protocol() {}

    static String write(Request request) {
        ObjectNode line = MAPPER.createObjectNode();
        line.put("postern", VERSION);
        line.setAll((ObjectNode) MAPPER.valueToTree(request));
        return MAPPER.writeValueAsString(line);
    }

    static String write(Answer answer) {
        return MAPPER.writerFor(Answer.class).writeValueAsString(answer);
    }

    /** A value of an answer, as an object of its own on one line. */
    public static String json(Record value) {
        return MAPPER.writeValueAsString(value);
    }

    static Request request(String line) throws NotUnderstood {
        try {
            if (!(MAPPER.readTree(line) instanceof ObjectNode object)) {
                throw malformed("a request is an object, like {\"postern\":1,\"ask\":\"hello\"}");
            }
            requireVersion(Optional.ofNullable(object.remove("postern")));
            return MAPPER.treeToValue(object, Request.class);
        } catch (JacksonException problem) {
            throw malformed(problem.getOriginalMessage());
        }
    }

    private static NotUnderstood malformed(String how) {
        return new NotUnderstood(Answer.Reason.MALFORMED, "not understood: " + how);
    }

    private static void requireVersion(Optional<JsonNode> version) throws NotUnderstood {
        if (version.isEmpty() || !version.get().isInt()) {
            throw malformed("a request says its version, \"postern\":" + VERSION);
        }
        if (version.get().intValue() != VERSION) {
            throw new NotUnderstood(
                    Answer.Reason.VERSION,
                    "this server speaks version " + VERSION + " of the control protocol, the request is of version "
                            + version.get().intValue()
                            + ": use the commands of the Postern that runs, or restart it as this one");
        }
    }

    /** @throws IllegalArgumentException when it is none */
    static Answer answer(String line) {
        try {
            return MAPPER.readValue(line, Answer.class);
        } catch (JacksonException problem) {
            throw new IllegalArgumentException("no answer: " + problem.getOriginalMessage(), problem);
        }
    }
}
