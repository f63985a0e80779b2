package org.postern.journal;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes entries as JSON, member by member in the order of their records: a server does it three times for each message, and asking the
 * records for their members by reflection takes twice as long. {@code CodecTest} holds it against what Jackson makes of them by itself.
 */
final class EntryWriter {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Most entries have fewer. */
    private static final int OCTETS = 1_024;

    private final JsonGenerator to;

    private EntryWriter(JsonGenerator to) {
        this.to = to;
    }

    static byte[] octets(Entry entry) {
        var octets = new ByteArrayOutputStream(OCTETS);
        try (JsonGenerator to = FACTORY.createGenerator(ObjectWriteContext.empty(), octets)) {
            new EntryWriter(to).write(entry);
        }
        return octets.toByteArray();
    }

    private void write(Entry entry) {
        to.writeStartObject();
        switch (entry) {
            case Entry.Transaction one -> transaction(one);
            case Entry.Session one -> session(one);
            case Entry.Attempt one -> attempt(one);
            case Entry.Event one -> event(one);
            case Entry.Gap one -> gap(one);
        }
        to.writeEndObject();
    }

    private void transaction(Entry.Transaction one) {
        begin("transaction", one);
        text("session", one.session());
        caller(one.caller());
        to.writeStringProperty("stage", one.stage().name());
        text("from", one.from());
        list("to", one.to(), this::recipient);
        told("whole", one.whole());
        text("message", one.message());
        text("messageId", one.messageId());
        number("octets", one.octets());
        // From here on it is what Codec.brief leaves out.
        list("findings", one.findings(), this::found);
        list("facts", one.facts(), this::fact);
        list("others", one.others(), this::refused);
    }

    private void session(Entry.Session one) {
        begin("session", one);
        text("session", one.session());
        caller(one.caller());
        text("end", one.end());
        number("transactions", one.transactions());
        number("messages", one.messages());
        number("commands", one.commands());
        number("refusals", one.refusals());
        number("in", one.in());
        number("out", one.out());
        number("ms", one.ms());
        list("refused", one.refused(), this::refused);
    }

    private void attempt(Entry.Attempt one) {
        begin("attempt", one);
        text("message", one.message());
        text("destination", one.destination());
        number("ms", one.ms());
        number("age", one.age());
        list("tried", one.tried(), this::tried);
    }

    private void event(Entry.Event one) {
        begin("event", one);
        to.writeStringProperty("what", one.what().name());
        text("message", one.message());
        text("about", one.about());
        text("from", one.from());
        list("to", one.to(), to::writeString);
        text("text", one.text());
    }

    private void gap(Entry.Gap one) {
        begin("gap", one);
        number("since", one.since());
        number("dropped", one.dropped());
        text("why", one.why());
    }

    private void begin(String kind, Entry entry) {
        to.writeStringProperty("kind", kind);
        number("at", entry.at());
    }

    // --- parts
    // -----------------------------------------------------------------------------------------------------------------

    private void caller(Entry.Caller one) {
        to.writeObjectPropertyStart("caller");
        text("role", one.role());
        flag("trusted", one.trusted());
        text("client", one.client());
        text("proxy", one.proxy());
        text("verb", one.verb());
        text("name", one.name());
        text("confirmed", one.confirmed());
        text("tls", one.tls());
        flag("early", one.early());
        to.writeEndObject();
    }

    private void recipient(Entry.Recipient one) {
        to.writeStartObject();
        text("path", one.path());
        list("means", one.means(), to::writeString);
        told("told", one.told());
        to.writeEndObject();
    }

    private void told(String name, Entry.Told one) {
        to.writeObjectPropertyStart(name);
        text("verdict", one.verdict());
        text("by", one.by());
        text("reply", one.reply());
        to.writeEndObject();
    }

    private void refused(Entry.Refused one) {
        to.writeStartObject();
        text("asked", one.asked());
        told("told", one.told());
        to.writeEndObject();
    }

    private void found(Entry.Found one) {
        to.writeStartObject();
        text("check", one.check());
        text("result", one.result());
        text("action", one.action());
        text("why", one.why());
        text("subject", one.subject());
        text("text", one.text());
        list("on", one.on(), to::writeNumber);
        to.writeEndObject();
    }

    private void fact(Entry.Fact one) {
        to.writeStartObject();
        text("question", one.question());
        text("answer", one.answer());
        number("ttl", one.ttl());
        number("ms", one.ms());
        text("server", one.server());
        text("dnssec", one.dnssec());
        to.writeEndObject();
    }

    private void tried(Entry.Tried one) {
        to.writeStartObject();
        text("to", one.to());
        text("outcome", one.outcome());
        text("status", one.status());
        text("host", one.host());
        text("tls", one.tls());
        text("reply", one.reply());
        text("text", one.text());
        text("state", one.state());
        number("next", one.next());
        to.writeEndObject();
    }

    // --- members: what is empty or 0 is left out
    // -----------------------------------------------------------------------------------------------------------------

    private void text(String name, String text) {
        if (!text.isEmpty()) {
            to.writeStringProperty(name, text);
        }
    }

    private void number(String name, long number) {
        if (number != 0) {
            to.writeNumberProperty(name, number);
        }
    }

    private void flag(String name, boolean is) {
        if (is) {
            to.writeBooleanProperty(name, true);
        }
    }

    private <T> void list(String name, List<T> all, Consumer<T> each) {
        if (!all.isEmpty()) {
            to.writeArrayPropertyStart(name);
            all.forEach(each);
            to.writeEndArray();
        }
    }
}
