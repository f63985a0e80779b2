package org.postern.journal;

/**
 * Writes entries as JSON, member by member in the order of their records. A server does it three times for each message: asking the records
 * for their members by reflection, as Jackson does, takes five times as long. {@code CodecTest} holds it against what Jackson writes.
 */
final class EntryWriter {
    private final JsonLine to = new JsonLine();

    /** That entry alone. */
    static byte[] octets(Entry entry) {
        var writer = new EntryWriter();
        writer.line(entry);
        return writer.toBytes();
    }

    void clear() {
        to.clear();
    }

    /** How many octets there are by now. */
    int length() {
        return to.length();
    }

    /** All lines, with one that ends a line between each two. */
    byte[] toBytes() {
        return to.toBytes();
    }

    /** Adds a line with that entry. */
    void line(Entry entry) {
        to.line();
        to.begin();
        switch (entry) {
            case Entry.Transaction one -> transaction(one);
            case Entry.Session one -> session(one);
            case Entry.Attempt one -> attempt(one);
            case Entry.Event one -> event(one);
            case Entry.Gap one -> gap(one);
        }
        to.end();
    }

    private void transaction(Entry.Transaction one) {
        begin("transaction", one);
        to.text("session", one.session());
        caller(one.caller());
        to.word("stage", one.stage().name());
        to.text("from", one.from());
        to.list("to", one.to(), this::recipient);
        told("whole", one.whole());
        to.text("message", one.message());
        to.text("messageId", one.messageId());
        to.number("octets", one.octets());
        // From here on it is what Codec.brief leaves out; from the facts on, Codec.findings.
        to.list("findings", one.findings(), this::found);
        to.list("facts", one.facts(), this::fact);
        to.list("others", one.others(), this::refused);
    }

    private void session(Entry.Session one) {
        begin("session", one);
        to.text("session", one.session());
        caller(one.caller());
        to.text("end", one.end());
        to.number("transactions", one.transactions());
        to.number("messages", one.messages());
        to.number("commands", one.commands());
        to.number("refusals", one.refusals());
        to.number("in", one.in());
        to.number("out", one.out());
        to.number("ms", one.ms());
        to.list("refused", one.refused(), this::refused);
    }

    private void attempt(Entry.Attempt one) {
        begin("attempt", one);
        to.text("message", one.message());
        to.text("destination", one.destination());
        to.number("ms", one.ms());
        to.number("age", one.age());
        to.list("tried", one.tried(), this::tried);
    }

    private void event(Entry.Event one) {
        begin("event", one);
        to.word("what", one.what().name());
        to.text("message", one.message());
        to.text("about", one.about());
        to.text("from", one.from());
        to.list("to", one.to(), to::element);
        to.text("text", one.text());
    }

    private void gap(Entry.Gap one) {
        begin("gap", one);
        to.number("since", one.since());
        to.number("dropped", one.dropped());
        to.text("why", one.why());
    }

    private void begin(String kind, Entry entry) {
        to.word("kind", kind);
        to.number("at", entry.at());
    }

    // --- parts
    // -----------------------------------------------------------------------------------------------------------------

    private void caller(Entry.Caller one) {
        to.begin("caller");
        to.text("role", one.role());
        to.flag("trusted", one.trusted());
        to.text("client", one.client());
        to.text("proxy", one.proxy());
        to.text("verb", one.verb());
        to.text("name", one.name());
        to.text("confirmed", one.confirmed());
        to.text("tls", one.tls());
        to.flag("early", one.early());
        to.end();
    }

    private void recipient(Entry.Recipient one) {
        to.begin();
        to.text("path", one.path());
        to.list("means", one.means(), to::element);
        told("told", one.told());
        to.end();
    }

    private void told(String name, Entry.Told one) {
        to.begin(name);
        to.text("verdict", one.verdict());
        to.text("by", one.by());
        to.text("reply", one.reply());
        to.end();
    }

    private void refused(Entry.Refused one) {
        to.begin();
        to.text("asked", one.asked());
        told("told", one.told());
        to.end();
    }

    private void found(Entry.Found one) {
        to.begin();
        to.text("check", one.check());
        to.text("result", one.result());
        to.text("action", one.action());
        to.text("why", one.why());
        to.text("subject", one.subject());
        to.text("text", one.text());
        to.list("on", one.on(), to::element);
        to.end();
    }

    private void fact(Entry.Fact one) {
        to.begin();
        to.text("question", one.question());
        to.text("answer", one.answer());
        to.number("ttl", one.ttl());
        to.number("ms", one.ms());
        to.text("server", one.server());
        to.text("dnssec", one.dnssec());
        to.end();
    }

    private void tried(Entry.Tried one) {
        to.begin();
        to.text("to", one.to());
        to.text("outcome", one.outcome());
        to.text("status", one.status());
        to.text("host", one.host());
        to.text("tls", one.tls());
        to.text("reply", one.reply());
        to.text("text", one.text());
        to.text("state", one.state());
        to.number("next", one.next());
        to.end();
    }
}
