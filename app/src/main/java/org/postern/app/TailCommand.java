package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.ControlClient;
import org.postern.control.Request;
import org.postern.journal.Codec;
import org.postern.journal.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postern tail}: what happens, as it happens. */
@Command(
        name = "tail",
        description = "Follow sessions and deliveries as they happen, a line each, until interrupted.",
        mixinStandardHelpOptions = true,
        footer = {"", "All that is given must hold. More about one of them: postern explain ID"})
final class TailCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Mixin
    private Sought sought;

    @Option(names = "--json", description = "An entry a line, as docs/explain.md has them.")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    TailCommand() {}

    @Override
    public Integer call() throws IOException, Unusable {
        var errand = new Errand(spec);
        Query query = sought.query();
        var text = new StoryText(
                spec.commandLine().getColorScheme().ansi(),
                ZoneId.systemDefault(),
                Clock.systemUTC().instant());
        PrintWriter out = spec.commandLine().getOut();
        boolean[] failed = new boolean[1];
        try (Control server = ControlClient.of(option.valid().config().data())) {
            server.ask(new Request.Follow(), answer -> {
                if (!(answer instanceof Answer.News news)) {
                    errand.failed(answer);
                    failed[0] = true;
                    return;
                }
                for (String line : news.entries()) {
                    Codec.entry(line.getBytes(UTF_8))
                            .filter(query::isAbout)
                            .ifPresent(entry -> out.println(json ? Harmless.json(line) : text.line(entry)));
                }
                if (news.missed() > 0) {
                    errand.complain(news.missed() + " more came than could be shown");
                }
                // Who reads no further (head) wants no more.
                if (out.checkError()) {
                    throw new Enough();
                }
            });
        } catch (Enough enough) {
            return 0;
        } catch (EOFException over) {
            errand.complain("the server has stopped");
            return 0;
        } catch (java.net.SocketException | java.nio.file.NoSuchFileException none) {
            return errand.notThere("no server runs here, so nothing happens: start it with postern serve");
        }
        return failed[0] ? 1 : 0;
    }

    private static final class Enough extends IOException {
        private static final long serialVersionUID = 1;
    }
}
