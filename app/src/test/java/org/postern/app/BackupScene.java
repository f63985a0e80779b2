package org.postern.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;

/** A move to another machine, a way back, and a disk that flips bits. */
final class BackupScene {
    private static final String SPOOL = "/var/lib/postern/spool";

    private BackupScene() {}

    static void play(PlayedPage page) throws Exception {
        page.configure(OperateScene.settings());
        export(page);
        newer(page);
        damaged(page);
    }

    private static void export(PlayedPage page) throws Exception {
        page.serve();
        String first = bob(page, 0);
        bob(page, 1);
        page.saysInTheEnd("postern queue show " + first, "tried 1 time");
        page.next();
        page.about(first);
        page.next();
        page.stop();
        page.world().run("rm", "-rf", SPOOL);
        page.next();
    }

    private static String bob(PlayedPage page, int number) throws Exception {
        return page.brings(
                "127.0.0.1",
                "c.example.org",
                "ann@example.org",
                "bob" + number + "@dead.example",
                "Subject: hello\n\nhello\n");
    }

    private static void newer(PlayedPage page) throws Exception {
        Path spool = page.outside("newer");
        fill(spool, 1);
        SpoolExportTest.writeFormat(spool.resolve("db"), 3, "0.3.0");
        page.takeIn(spool, SPOOL);
        page.next(1);
    }

    private static void damaged(PlayedPage page) throws Exception {
        Path spool = page.outside("damaged");
        fill(spool, 12);
        Path log;
        try (Stream<Path> files = Files.list(spool.resolve("db"))) {
            log = files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
        try (var file = new RandomAccessFile(log.toFile(), "rw")) {
            file.seek(file.length() * 8 / 10);
            file.write(new byte[] {1, 2, 3, 4});
        }
        page.takeIn(spool, SPOOL);
        page.next(1);
        page.next(1);
    }

    private static void fill(Path directory, int messages) throws IOException {
        try (RocksSpool spool = RocksSpool.open(directory, new RocksSpool.Room(1 << 20, 0), Clock.systemUTC())) {
            for (int i = 0; i < messages; i++) {
                var envelope = new Envelope(
                        Mailbox.parse("ann@example.org").orElseThrow(),
                        MailParameters.NONE,
                        List.of(Mailbox.parse("bob" + i + "@example.com").orElseThrow()));
                spool.accept(
                        new Spool.Arrival(spool.nextId(), "s-1", envelope, ""),
                        new ByteArrayInputStream(new byte[i == 9 ? 200_000 : 2_894]));
            }
        }
    }
}
