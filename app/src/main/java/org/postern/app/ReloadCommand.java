package org.postern.app;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.postern.config.Config;
import org.postern.config.Mistake;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.ControlClient;
import org.postern.control.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postern reload}. */
@Command(
        name = "reload",
        description = "Let the running server go by its configuration as it is now, without a stop.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The server reads the file that it was started with, all of it. When something in that is wrong, nothing"
                    + " changes.",
            "SIGHUP does the same, and tells the log what came of it."
        })
final class ReloadCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption option;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    ReloadCommand() {}

    @Override
    public Integer call() throws IOException, Unusable {
        var errand = new Errand(spec);
        Config.Result read = option.read();
        if (read instanceof Config.Result.Invalid invalid) {
            // Where the data directory is, and so the server, can't be told from it.
            return refused(
                    errand, invalid.mistakes().stream().map(Mistake::toString).toList());
        }
        Config config = ((Config.Result.Valid) read).config();
        try (Control server = server(config)) {
            Answer answer = server.ask(new Request.Reload());
            if (!(answer instanceof Answer.Reloaded reloaded)) {
                return errand.failed(answer);
            }
            if (!reloaded.changed()) {
                return refused(errand, reloaded.remarks());
            }
            reloaded.remarks()
                    .forEach(remark -> spec.commandLine().getOut().println("remark: " + Harmless.text(remark)));
            return errand.say("reloaded");
        }
    }

    private static Control server(Config config) throws Unusable {
        try {
            return ControlClient.of(config.data());
        } catch (IOException none) {
            throw new Unusable("no server runs with the data directory " + config.data()
                    + ": it reads the configuration when it starts, postern serve");
        }
    }

    private static int refused(Errand errand, List<String> why) {
        why.forEach(errand::complain);
        errand.complain("nothing is reloaded, the server goes on as before");
        return 1;
    }
}
