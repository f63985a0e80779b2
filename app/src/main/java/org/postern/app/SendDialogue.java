package org.postern.app;

import java.io.PrintWriter;
import java.util.Locale;
import org.postern.smtp.client.Dialogue;

/** Shows a dialogue as it happens, as swaks does: when, who, what; a wave where it is in TLS. */
final class SendDialogue implements Dialogue {
    private final PrintWriter out;
    private final long begun = System.nanoTime();

    SendDialogue(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void sent(String line, boolean inTls) {
        show(inTls ? " ~>" : " ->", line);
    }

    @Override
    public void received(String line, boolean inTls) {
        show(inTls ? "<~ " : "<- ", line);
    }

    @Override
    public void noted(String event) {
        show("===", event);
    }

    private void show(String who, String what) {
        double ms = (System.nanoTime() - begun) / 1e6;
        out.println(String.format(Locale.ROOT, "%8.1f ms %s %s", ms, who, what));
        out.flush();
    }
}
