package org.postern.app;

import java.io.IOException;
import org.postern.control.Answer;
import org.postern.control.Protocol;
import org.postern.control.Request;
import org.postern.control.TrustedSender;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postern quarantine trusted}. */
@Command(
        name = "trusted",
        description = "See whom release --trust made trusted, and take it back.",
        mixinStandardHelpOptions = true)
final class TrustedCommand {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets spec
    TrustedCommand() {}

    @Command(name = "list", description = "List them.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ConfigOption option,
            @Option(names = "--json", description = "An object a line: docs/quarantine.md.") boolean json)
            throws IOException, Unusable {
        var errand = new Errand(spec);
        try (Errand.Reached reached = Errand.reach(option)) {
            if (reached.control().isEmpty()) {
                return json ? 0 : errand.say("nobody is trusted: there is no spool yet in " + reached.data());
            }
            Answer answer = reached.control().get().ask(new Request.TrustList());
            if (!(answer instanceof Answer.Trusts trusts)) {
                return errand.failed(answer);
            }
            for (TrustedSender one : trusts.trusted()) {
                errand.say(
                        json
                                ? Protocol.json(one)
                                : one.id() + "  since " + QueueText.full(one.since()) + "\n    "
                                        + QuarantineText.trust(one));
            }
            return json
                    ? 0
                    : errand.say(
                            trusts.trusted().isEmpty()
                                    ? "nobody is trusted"
                                    : "to take it back: postern quarantine trusted remove ID");
        }
    }

    @Command(
            name = "remove",
            description = "Trust those no more whose message was released by that name.",
            mixinStandardHelpOptions = true)
    int remove(@Mixin ConfigOption option, @Mixin Ids ids) throws IOException, Unusable {
        return new Errand(spec)
                .change(
                        option,
                        ids,
                        Request.TrustRemove::new,
                        "is no reason to trust its sender any more",
                        "is no reason to trust anybody: see postern quarantine trusted list",
                        "among those trusted");
    }
}
