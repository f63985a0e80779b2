package org.postern.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.journal.Entry.What;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/**
 * Reads entries, member by member: what is missing or null is empty, what it does not know it passes over. A replay reads millions: making the
 * records by reflection, as Jackson does, takes twice as long. {@code CodecTest} holds it against what Jackson reads.
 */
final class EntryReader {
    private static final String NO_PLACE = "not what an entry has in that place";

    private static final Entry.Stage[] STAGES = Entry.Stage.values();
    private static final What[] WHATS = What.values();

    private final JsonParser json;

    private EntryReader(JsonParser json) {
        this.json = json;
    }

    /**
     * The entry that {@code json} is at the beginning of; empty when its kind is not its first member, as all of ours have it.
     *
     * @throws JacksonException when it is none, or one of a newer Postern
     */
    static Optional<Entry> read(JsonParser json) {
        var reader = new EntryReader(json);
        json.nextToken();
        reader.begin();
        if (!reader.hasMember() || !json.currentName().equals("kind")) {
            return Optional.empty();
        }
        Entry entry = reader.entry(reader.text());
        if (json.nextToken() != null) {
            throw reader.problem("more than an entry");
        }
        return Optional.of(entry);
    }

    private Entry entry(String kind) {
        return switch (kind) {
            case "transaction" -> transaction();
            case "session" -> session();
            case "attempt" -> attempt();
            case "event" -> event();
            case "gap" -> gap();
            default -> throw problem("an entry of a newer Postern");
        };
    }

    private Entry.Transaction transaction() {
        long at = 0;
        String session = "";
        Entry.Caller caller = Entry.Caller.UNKNOWN;
        Entry.Stage stage = Entry.Stage.CONNECTION;
        String from = "";
        List<Entry.Recipient> to = List.of();
        Entry.Told whole = Entry.Told.NOTHING;
        String message = "";
        String messageId = "";
        long octets = 0;
        List<Entry.Found> findings = List.of();
        List<Entry.Fact> facts = List.of();
        List<Entry.Refused> others = List.of();
        while (hasMember()) {
            switch (json.currentName()) {
                case "at" -> at = number();
                case "session" -> session = text();
                case "caller" -> caller = caller();
                case "stage" -> stage = stage();
                case "from" -> from = text();
                case "to" -> to = list(this::recipient);
                case "whole" -> whole = told();
                case "message" -> message = text();
                case "messageId" -> messageId = text();
                case "octets" -> octets = number();
                case "findings" -> findings = list(this::found);
                case "facts" -> facts = list(this::fact);
                case "others" -> others = list(this::refused);
                default -> json.skipChildren();
            }
        }
        return new Entry.Transaction(
                at, session, caller, stage, from, to, whole, message, messageId, octets, findings, facts, others);
    }

    private Entry.Session session() {
        long at = 0;
        String session = "";
        Entry.Caller caller = Entry.Caller.UNKNOWN;
        String end = "";
        int transactions = 0;
        int messages = 0;
        int commands = 0;
        int refusals = 0;
        long in = 0;
        long out = 0;
        long ms = 0;
        List<Entry.Refused> refused = List.of();
        while (hasMember()) {
            switch (json.currentName()) {
                case "at" -> at = number();
                case "session" -> session = text();
                case "caller" -> caller = caller();
                case "end" -> end = text();
                case "transactions" -> transactions = count();
                case "messages" -> messages = count();
                case "commands" -> commands = count();
                case "refusals" -> refusals = count();
                case "in" -> in = number();
                case "out" -> out = number();
                case "ms" -> ms = number();
                case "refused" -> refused = list(this::refused);
                default -> json.skipChildren();
            }
        }
        return new Entry.Session(
                at, session, caller, end, transactions, messages, commands, refusals, in, out, ms, refused);
    }

    private Entry.Attempt attempt() {
        long at = 0;
        String message = "";
        String destination = "";
        long ms = 0;
        long age = 0;
        List<Entry.Tried> tried = List.of();
        while (hasMember()) {
            switch (json.currentName()) {
                case "at" -> at = number();
                case "message" -> message = text();
                case "destination" -> destination = text();
                case "ms" -> ms = number();
                case "age" -> age = number();
                case "tried" -> tried = list(this::tried);
                default -> json.skipChildren();
            }
        }
        return new Entry.Attempt(at, message, destination, ms, age, tried);
    }

    private Entry.Event event() {
        long at = 0;
        @Nullable What what = null;
        String message = "";
        String about = "";
        String from = "";
        List<String> to = List.of();
        String text = "";
        while (hasMember()) {
            switch (json.currentName()) {
                case "at" -> at = number();
                case "what" -> what = what();
                case "message" -> message = text();
                case "about" -> about = text();
                case "from" -> from = text();
                case "to" -> to = list(this::text);
                case "text" -> text = text();
                default -> json.skipChildren();
            }
        }
        if (what == null) {
            throw problem("an event of a newer Postern");
        }
        return new Entry.Event(at, what, message, about, from, to, text);
    }

    private Entry.Gap gap() {
        long at = 0;
        long since = 0;
        long dropped = 0;
        String why = "";
        while (hasMember()) {
            switch (json.currentName()) {
                case "at" -> at = number();
                case "since" -> since = number();
                case "dropped" -> dropped = number();
                case "why" -> why = text();
                default -> json.skipChildren();
            }
        }
        return new Entry.Gap(at, since, dropped, why);
    }

    // --- parts
    // -----------------------------------------------------------------------------------------------------------------

    private Entry.Caller caller() {
        if (isNull()) {
            return Entry.Caller.UNKNOWN;
        }
        begin();
        String role = "";
        boolean trusted = false;
        String client = "";
        String proxy = "";
        String verb = "";
        String name = "";
        String confirmed = "";
        String tls = "";
        boolean early = false;
        while (hasMember()) {
            switch (json.currentName()) {
                case "role" -> role = text();
                case "trusted" -> trusted = flag();
                case "client" -> client = text();
                case "proxy" -> proxy = text();
                case "verb" -> verb = text();
                case "name" -> name = text();
                case "confirmed" -> confirmed = text();
                case "tls" -> tls = text();
                case "early" -> early = flag();
                default -> json.skipChildren();
            }
        }
        return new Entry.Caller(role, trusted, client, proxy, verb, name, confirmed, tls, early);
    }

    private Entry.Recipient recipient() {
        begin();
        String path = "";
        List<String> means = List.of();
        Entry.Told told = Entry.Told.NOTHING;
        while (hasMember()) {
            switch (json.currentName()) {
                case "path" -> path = text();
                case "means" -> means = list(this::text);
                case "told" -> told = told();
                default -> json.skipChildren();
            }
        }
        return new Entry.Recipient(path, means, told);
    }

    private Entry.Told told() {
        if (isNull()) {
            return Entry.Told.NOTHING;
        }
        begin();
        String verdict = "";
        String by = "";
        String reply = "";
        while (hasMember()) {
            switch (json.currentName()) {
                case "verdict" -> verdict = text();
                case "by" -> by = text();
                case "reply" -> reply = text();
                default -> json.skipChildren();
            }
        }
        return new Entry.Told(verdict, by, reply);
    }

    private Entry.Refused refused() {
        begin();
        String asked = "";
        Entry.Told told = Entry.Told.NOTHING;
        while (hasMember()) {
            switch (json.currentName()) {
                case "asked" -> asked = text();
                case "told" -> told = told();
                default -> json.skipChildren();
            }
        }
        return new Entry.Refused(asked, told);
    }

    private Entry.Found found() {
        begin();
        String check = "";
        String result = "";
        String action = "";
        String why = "";
        String subject = "";
        String text = "";
        List<Integer> on = List.of();
        while (hasMember()) {
            switch (json.currentName()) {
                case "check" -> check = text();
                case "result" -> result = text();
                case "action" -> action = text();
                case "why" -> why = text();
                case "subject" -> subject = text();
                case "text" -> text = text();
                case "on" -> on = list(this::count);
                default -> json.skipChildren();
            }
        }
        return new Entry.Found(check, result, action, why, subject, text, on);
    }

    private Entry.Fact fact() {
        begin();
        String question = "";
        String answer = "";
        long ttl = 0;
        long ms = 0;
        String server = "";
        String dnssec = "";
        while (hasMember()) {
            switch (json.currentName()) {
                case "question" -> question = text();
                case "answer" -> answer = text();
                case "ttl" -> ttl = number();
                case "ms" -> ms = number();
                case "server" -> server = text();
                case "dnssec" -> dnssec = text();
                default -> json.skipChildren();
            }
        }
        return new Entry.Fact(question, answer, ttl, ms, server, dnssec);
    }

    private Entry.Tried tried() {
        begin();
        String to = "";
        String outcome = "";
        String status = "";
        String host = "";
        String tls = "";
        String reply = "";
        String text = "";
        String state = "";
        long next = 0;
        while (hasMember()) {
            switch (json.currentName()) {
                case "to" -> to = text();
                case "outcome" -> outcome = text();
                case "status" -> status = text();
                case "host" -> host = text();
                case "tls" -> tls = text();
                case "reply" -> reply = text();
                case "text" -> text = text();
                case "state" -> state = text();
                case "next" -> next = number();
                default -> json.skipChildren();
            }
        }
        return new Entry.Tried(to, outcome, status, host, tls, reply, text, state, next);
    }

    // --- members
    // ---------------------------------------------------------------------------------------------------------------

    private void begin() {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw problem(NO_PLACE);
        }
    }

    /** Goes to the value of the next member; false at the end of the object. */
    private boolean hasMember() {
        if (json.nextToken() != JsonToken.PROPERTY_NAME) {
            return false;
        }
        json.nextToken();
        return true;
    }

    private boolean isNull() {
        return json.currentToken() == JsonToken.VALUE_NULL;
    }

    private String text() {
        if (isNull()) {
            return "";
        }
        if (!json.currentToken().isScalarValue()) {
            throw problem(NO_PLACE);
        }
        return json.getString();
    }

    private long number() {
        if (isNull()) {
            return 0;
        }
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw problem(NO_PLACE);
        }
        return json.getLongValue();
    }

    private int count() {
        long number = number();
        if (number != (int) number) {
            throw problem(NO_PLACE);
        }
        return (int) number;
    }

    private boolean flag() {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw problem(NO_PLACE);
        };
    }

    /** A constant of a newer Postern is the first. */
    private Entry.Stage stage() {
        String word = text();
        for (Entry.Stage stage : STAGES) {
            if (stage.name().equals(word)) {
                return stage;
            }
        }
        return Entry.Stage.CONNECTION;
    }

    private @Nullable What what() {
        String word = text();
        for (What what : WHATS) {
            if (what.name().equals(word)) {
                return what;
            }
        }
        return null;
    }

    private <T> List<T> list(Supplier<T> element) {
        if (isNull()) {
            return List.of();
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw problem(NO_PLACE);
        }
        var all = new ArrayList<T>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            all.add(element.get());
        }
        return all;
    }

    private StreamReadException problem(String what) {
        return new StreamReadException(json, what);
    }
}
