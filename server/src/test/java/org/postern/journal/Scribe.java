package org.postern.journal;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.locks.LockSupport;

/** A process that writes into a journal until it is killed: says the number of each entry, and when it was handed over. */
final class Scribe {
    private Scribe() {}

    public static void main(String[] arguments) throws Exception {
        try (Journal journal = Journal.open(Path.of(arguments[0]), JournalSettings.DEFAULT, Clock.systemUTC())) {
            int first = Integer.parseInt(arguments[1]);
            // It is open, and all classes are loaded, from here on.
            journal.write(entry(first));
            journal.all(Query.ANY, 1);
            for (int i = first + 1; true; i++) {
                Eventually.write(journal, entry(i));
                System.out.println(i + " " + System.nanoTime() / 1_000_000);
                LockSupport.parkNanos(1);
            }
        }
    }

    static Entry entry(int number) {
        return Sample.transaction(number, number, "a" + number % 7 + "@sender.example", "bob@example.com");
    }
}
