package org.postern.app;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.postern.begin.DnsLook;
import org.postern.begin.FirstConfig;
import org.postern.begin.Hearing;
import org.postern.config.Config;
import org.postern.config.Mistake;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsSettings;
import org.postern.greeting.Ourselves;
import org.postern.signing.MadeKey;
import org.postern.smtp.Domain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postern init}: a first configuration, keys, and the records of DNS that go with them. */
@Command(
        name = "init",
        description = "Write a first configuration, make keys to sign with, look at DNS, and print the records to"
            + " publish. Asks on a terminal what is not said. Where there is a configuration, it stays as it is, and"
            + " only DNS is looked at.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 all is written, or the configuration was there and DNS has all that it needs; 1 something"
                    + " could not be written, or the configuration was there and DNS lacks something; 2 usage."
        })
final class InitCommand implements Callable<Integer> {
    private static final int FINE = 0;
    private static final int NOT_FINE = 1;
    private static final int USAGE = 2;

    @Spec
    private CommandSpec spec;

    @Mixin
    private InitOptions options;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    InitCommand() {}

    @Override
    public Integer call() throws Unusable, IOException {
        var asking = new Asking(options.mayAsk() ? Terminal.person() : Optional.empty());
        Path file = options.file();
        // A link that leads nowhere is somebody's, too.
        boolean stands = Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !options.isForced();
        Set<InetAddress> machine = Ourselves.here(new Domain("localhost")).addresses();
        Optional<String> toml = Optional.empty();
        if (!stands) {
            boolean hasIpv6 = machine.stream().anyMatch(Inet6Address.class::isInstance);
            toml = new Interview(options, asking, Config.defaults().config().hostname(), hasIpv6)
                    .hold()
                    .map(FirstConfig::toml);
        }
        Optional<List<InetAddress>> said =
                asking.find("--address", options.addresses(), "", "", text -> Hearing.each(text, Hearing::address));
        Optional<List<InetSocketAddress>> dns =
                asking.find("--dns", options.dns(), "", "", text -> Hearing.each(text, Hearing::nameServer));
        if (!asking.problems().isEmpty()) {
            return refuse(asking.problems());
        }
        Config.Result result = toml.isPresent() ? Config.of(toml.get(), file) : read(file);
        return switch (result) {
            case Config.Result.Invalid invalid
            when stands ->
                throw new Unusable("the configuration can't be used:\n" + ConfigOption.list(invalid.mistakes()));
            case Config.Result.Invalid invalid ->
                refuse(invalid.mistakes().stream().map(Mistake::text).toList());
            case Config.Result.Valid valid -> {
                var report = new InitReport(file, options.again(), stands, asking, valid);
                toml.ifPresent(text -> FirstFiles.write(file, text, report));
                options.unitDropIn().ifPresent(place -> FirstFiles.writeDropIn(place, options.isForced(), report));
                List<MadeKey> keys = FirstFiles.keys(!stands, report);
                var resolver = new CachingResolver(settings(valid.config(), dns.orElse(List.of())));
                report.sees(
                        DnsLook.at(
                                new DnsLook.Subject(valid.config(), said.orElse(List.of()), machine, keys),
                                resolver,
                                Clock.systemUTC()),
                        settings(valid.config(), dns.orElse(List.of())).servers());
                print(report);
                yield report.isFine() ? FINE : NOT_FINE;
            }
        };
    }

    private static Config.Result read(Path file) throws Unusable {
        try {
            return Config.read(file);
        } catch (IOException problem) {
            throw new Unusable("can't read " + file + ": " + FirstFiles.why(problem));
        }
    }

    private static DnsSettings settings(Config config, List<InetSocketAddress> servers) {
        return servers.isEmpty() ? config.dns().settings() : DnsSettings.of(servers);
    }

    private int refuse(List<String> problems) {
        var lines = new ArrayList<>(problems);
        lines.add("nothing was written; postern init --help tells what each option takes");
        lines.forEach(line -> spec.commandLine().getErr().println("postern: " + Harmless.text(line)));
        spec.commandLine().getErr().flush();
        return USAGE;
    }

    private void print(InitReport report) {
        var out = spec.commandLine().getOut();
        if (options.isJson()) {
            out.println(InitJson.of(report));
        } else {
            new InitText(new Paint(spec.commandLine().getColorScheme().ansi()), out).print(report);
        }
        out.flush();
    }
}
