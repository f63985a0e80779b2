package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.postern.config.Config;
import org.postern.config.Listen;
import org.postern.policy.Net;
import org.postern.route.LocalDomain;
import org.postern.route.NextHop;
import org.postern.route.RouteRule;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.server.TlsMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postern serve}. */
@Command(name = "serve", description = "Run the server until SIGTERM.", mixinStandardHelpOptions = true)
final class Serve implements Callable<Integer> {
    @Mixin
    private ConfigOption option;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    Serve() {}

    @Override
    public Integer call() throws Exception {
        Config.Result.Valid valid = option.valid();
        Config config = valid.config();
        Logging.configure(config.logFormat());
        Logger log = LoggerFactory.getLogger(Serve.class);
        Mta mta = start(config, option::read);
        Hangup.handle(mta::reload);
        Notify manager = Notify.ofEnvironment();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(mta, manager, log)));
        describe(config, mta.addresses(), mta.console());
        valid.warnings()
                .forEach(warning -> log.atWarn().addKeyValue("text", warning).log("configuration"));
        manager.tell(Notify.READY);
        new CountDownLatch(1).await();
        return 0;
    }

    private static Mta start(Config config, Mta.Reading reading) throws Unusable {
        try {
            return Mta.start(config, reading);
        } catch (IOException problem) {
            throw new Unusable("can't start: " + problem.getMessage());
        }
    }

    /** SIGTERM and SIGINT. The JVM would exit with 143; having stopped in good order is no failure. */
    private static void stop(Mta mta, Notify manager, Logger log) {
        manager.tell(Notify.STOPPING);
        log.info("stopping");
        mta.close();
        log.info("stopped");
        Logging.flush();
        Runtime.getRuntime().halt(0);
    }

    private void describe(Config config, List<InetSocketAddress> addresses, Optional<InetSocketAddress> console) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Postern " + Main.version() + " is " + config.hostname());
        for (int i = 0; i < addresses.size(); i++) {
            out.println("  listens   " + AddressLiteral.text(addresses.get(i))
                    + describe(config.listen().get(i)));
        }
        for (LocalDomain domain : config.domains()) {
            out.println("  receives  " + domain.name() + ": " + describe(domain));
        }
        if (config.sending().routes().isEmpty()) {
            out.println("  relays    nothing");
        }
        for (RouteRule rule : config.sending().routes()) {
            out.println("  relays    " + rule.to() + " -> " + rule.via()
                    + (config.trusted().isEmpty()
                            ? ": for nobody yet, relay.trusted is empty"
                            : ", for "
                                    + config.trusted().stream()
                                            .map(Net::toString)
                                            .collect(Collectors.joining(", "))));
        }
        console.ifPresent(address -> out.println("  watch     http://" + AddressLiteral.text(address) + "/metrics"));
        out.println("  settings  "
                + option.file().map(Path::toString).orElse("built-in defaults; see them with: postern config show"));
        Listen first = config.listen().getFirst();
        InetSocketAddress place = addresses.getFirst();
        if (place.getAddress().isLoopbackAddress() || place.getAddress().isAnyLocalAddress()) {
            String implicit = first.tls() == TlsMode.IMPLICIT ? " --tls-on-connect" : "";
            out.println("  try       swaks --server 127.0.0.1:" + place.getPort() + implicit + " --to "
                    + someone(config.domains().getFirst()) + "@"
                    + config.domains().getFirst().name());
        }
        out.flush();
    }

    private static String describe(Listen listen) {
        return " (" + listen.role().name().toLowerCase(java.util.Locale.ROOT)
                + switch (listen.tls()) {
                    case STARTTLS -> ", STARTTLS";
                    case IMPLICIT -> ", TLS";
                    case NONE -> ", in clear";
                }
                + ")";
    }

    private static String describe(LocalDomain domain) {
        String who =
                switch (domain.mailboxes()) {
                    case LocalDomain.Mailboxes.Any _ -> "any mailbox";
                    case LocalDomain.Mailboxes.Ask _ -> "whom the next hop takes";
                    case LocalDomain.Mailboxes.OfSystem _ -> "users of this machine";
                    case LocalDomain.Mailboxes.Existing _ -> "mailboxes that are there";
                    case LocalDomain.Mailboxes.Listed listed ->
                        listed.localParts().isEmpty()
                                ? "postmaster and abuse only"
                                : listed.localParts().stream().sorted().limit(5).collect(Collectors.joining(", "))
                                        + (listed.localParts().size() > 5 ? ", ..." : "");
                };
        return who
                + switch (domain.deliver()) {
                    case LocalDomain.Delivery.IntoMaildir into -> " -> " + into.template();
                    case LocalDomain.Delivery.Onward(NextHop.Discard _) -> " -> discarded";
                    case LocalDomain.Delivery.Onward(NextHop.Mx _) -> " -> its better MX hosts";
                    case LocalDomain.Delivery.Onward(NextHop hop) -> " -> " + hop;
                };
    }

    private static String someone(LocalDomain domain) {
        return domain.mailboxes() instanceof LocalDomain.Mailboxes.Listed listed
                ? listed.localParts().stream().sorted().findFirst().orElse("postmaster")
                : "ann";
    }
}
