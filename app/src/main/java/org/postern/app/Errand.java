package org.postern.app;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.postern.config.Config;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.ControlClient;
import org.postern.control.Request;
import org.postern.spool.MessageId;
import picocli.CommandLine.Model.CommandSpec;

/** What a command asks of the server or the store, and how it tells what came of that, with the exit code that belongs to it. */
record Errand(CommandSpec spec) {
    /** How long to ask again about a message that is being delivered. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Who answers; nobody where there is no store yet. */
    record Reached(String data, Optional<Control> control) implements AutoCloseable {
        boolean isServer() {
            return control.isPresent() && control.get() instanceof ControlClient;
        }

        @Override
        public void close() throws IOException {
            if (control.isPresent()) {
                control.get().close();
            }
        }
    }

    static Reached reach(ConfigOption option) throws IOException, Unusable {
        Config config = option.valid().config();
        return new Reached(config.data().toString(), Reach.of(config));
    }

    /**
     * Asks the same of each message, and tells what became of it.
     *
     * @param place where it is looked for, as {@code in the queue}
     * @return the worst exit code
     */
    int change(
            ConfigOption option,
            Ids asked,
            Function<MessageId, Request> request,
            String done,
            String unchanged,
            String place)
            throws IOException, Unusable {
        int worst = 0;
        try (Reached reached = reach(option)) {
            for (MessageId id : asked.all()) {
                int code = reached.control().isEmpty()
                        ? notThere(unknown(id, place))
                        : change(reached.control().get(), id, request.apply(id), done, unchanged, place);
                worst = Math.max(worst, code);
            }
        }
        return worst;
    }

    /** The same of one message. */
    int change(Control control, MessageId id, Request request, String done, String unchanged, String place)
            throws IOException {
        Answer answer = patiently(control, request);
        if (!(answer instanceof Answer.Changed changed)) {
            return failed(answer);
        }
        return switch (changed.result()) {
            case DONE -> say(id + " " + done);
            case UNCHANGED -> say(id + " " + unchanged);
            case QUARANTINED -> notThere(id + " lies in quarantine: postern quarantine show " + id);
            case UNKNOWN -> notThere(unknown(id, place));
            case BUSY -> {
                complain(id + " is being delivered just now: try again");
                yield 75;
            }
        };
    }

    static String unknown(MessageId id, String place) {
        return id + " is not " + place + ": delivered, dropped, or never here";
    }

    private static Answer patiently(Control control, Request request) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        Answer answer = control.ask(request);
        while (answer instanceof Answer.Changed changed
                && changed.result() == Answer.Result.BUSY
                && System.nanoTime() - until < 0) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return answer;
            }
            answer = control.ask(request);
        }
        return answer;
    }

    int say(String line) {
        spec.commandLine().getOut().println(line);
        return 0;
    }

    int notThere(String line) {
        complain(line);
        return 1;
    }

    void complain(String line) {
        spec.commandLine().getErr().println("postern: " + Harmless.text(line));
    }

    int failed(Answer answer) {
        if (answer instanceof Answer.Failed(Answer.Reason reason, String text)) {
            complain(text);
            return reason == Answer.Reason.UNKNOWN || reason == Answer.Reason.VERSION ? 1 : 75;
        }
        complain("the server's answer makes no sense to this Postern: use the commands of the one that runs");
        return 1;
    }
}
