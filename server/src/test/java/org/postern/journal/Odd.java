package org.postern.journal;

import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import java.util.List;
import org.quicktheories.core.Gen;
import org.quicktheories.generators.Generate;

/** Entries with texts that nobody expects. */
final class Odd {
    private Odd() {}

    private static final Gen<String> CHOSEN = Generate.pick(List.of(
            "",
            "say \"no\" \\ 'or'",
            "\u001b[31mred\u001b[0m",
            "two\r\nlines\nand\u2028more\u2029",
            "\u202eright to left\u200f",
            "\ud83d\ude00 \ud83c\udfff",
            "lone \ud83d",
            "\ude00 lone",
            "\u0000\u0007\u007f\u0085",
            "ab\u00e4\u00f6\ufffd\uffff",
            "x".repeat(20_000),
            "\ud83d\ude00".repeat(1_000)));

    static Gen<String> text() {
        return CHOSEN.mix(strings().allPossible().ofLengthBetween(0, 40), 50);
    }

    static Gen<Entry> entry() {
        return transaction().mix(session().mix(attempt(), 50).mix(event().mix(gap(), 30), 40), 50);
    }

    private static Gen<Long> number() {
        return longs().all();
    }

    private static Gen<Entry.Told> told() {
        return text().zip(text(), text(), Entry.Told::new);
    }

    private static Gen<Entry.Refused> refused() {
        return text().zip(told(), Entry.Refused::new);
    }

    private static Gen<Entry.Caller> caller() {
        return some(text(), 8).zip(integers().between(0, 3), (texts, bits) -> {
            String[] eight = texts.toArray(String[]::new);
            return new Entry.Caller(
                    eight[0],
                    (bits & 1) != 0,
                    eight[1],
                    eight[2],
                    eight[3],
                    eight[4],
                    eight[5],
                    eight[6],
                    (bits & 2) != 0);
        });
    }

    private static Gen<Entry> transaction() {
        return caller().zip(
                        some(text(), 4),
                        few(recipient()),
                        few(finding()),
                        (caller, texts, to, found) -> new Entry.Transaction(
                                0,
                                texts.get(0),
                                caller,
                                Entry.Stage.CONTENT,
                                texts.get(1),
                                to,
                                Entry.Told.NOTHING,
                                texts.get(2),
                                texts.get(3),
                                0,
                                found,
                                List.of(),
                                List.of()))
                .zip(
                        number().zip(Generate.enumValues(Entry.Stage.class), Moment::new),
                        told(),
                        few(fact()),
                        few(refused()),
                        Odd::with);
    }

    private record Moment(long number, Entry.Stage stage) {}

    private static Entry with(
            Entry.Transaction one,
            Moment moment,
            Entry.Told whole,
            List<Entry.Fact> facts,
            List<Entry.Refused> refused) {
        return new Entry.Transaction(
                moment.number(),
                one.session(),
                one.caller(),
                moment.stage(),
                one.from(),
                one.to(),
                whole,
                one.message(),
                one.messageId(),
                moment.number(),
                one.findings(),
                facts,
                refused);
    }

    private static Gen<Entry.Recipient> recipient() {
        return text().zip(few(text()), told(), Entry.Recipient::new);
    }

    private static Gen<Entry.Found> finding() {
        return some(text(), 6)
                .zip(
                        few(integers().all()),
                        (texts, on) -> new Entry.Found(
                                texts.get(0),
                                texts.get(1),
                                texts.get(2),
                                texts.get(3),
                                texts.get(4),
                                texts.get(5),
                                on));
    }

    private static Gen<Entry.Fact> fact() {
        return some(text(), 4)
                .zip(
                        number(),
                        (texts, number) ->
                                new Entry.Fact(texts.get(0), texts.get(1), number, number, texts.get(2), texts.get(3)));
    }

    private static Gen<Entry> session() {
        return caller().zip(
                        text(),
                        number(),
                        few(refused()),
                        (caller, text, number, refused) -> new Entry.Session(
                                number,
                                text,
                                caller,
                                text,
                                1,
                                0,
                                (int) number.longValue(),
                                2,
                                number,
                                number,
                                3,
                                refused));
    }

    private static Gen<Entry> attempt() {
        return text().zip(
                        number(),
                        few(tried()),
                        (text, number, tried) -> new Entry.Attempt(number, text, text, number, number, tried));
    }

    private static Gen<Entry.Tried> tried() {
        return some(text(), 8)
                .zip(
                        number(),
                        (texts, number) -> new Entry.Tried(
                                texts.get(0),
                                texts.get(1),
                                texts.get(2),
                                texts.get(3),
                                texts.get(4),
                                texts.get(5),
                                texts.get(6),
                                texts.get(7),
                                number));
    }

    private static Gen<Entry> event() {
        return Generate.enumValues(Entry.What.class)
                .zip(
                        number(),
                        some(text(), 4),
                        few(text()),
                        (what, number, texts, to) -> new Entry.Event(
                                number, what, texts.get(0), texts.get(1), texts.get(2), to, texts.get(3)));
    }

    private static Gen<Entry> gap() {
        return number().zip(text(), (number, text) -> new Entry.Gap(number, number, number, text));
    }

    private static <T> Gen<List<T>> some(Gen<T> one, int count) {
        return lists().of(one).ofSize(count);
    }

    private static <T> Gen<List<T>> few(Gen<T> one) {
        return lists().of(one).ofSizeBetween(0, 3);
    }
}
