package org.postern.app;

import java.nio.file.Path;

/** A look at a client, and back at a day. */
final class LogScene {
    private LogScene() {}

    static void play(PlayedPage page) throws Exception {
        page.configure(OperateScene.settings());
        // Nobody knows that client here.
        page.next(1);
        Path journal = page.outside("journal");
        RecordedDay.write(journal);
        page.takeIn(journal, "/var/lib/postern/journal");
        page.next();
        page.next();
    }
}
