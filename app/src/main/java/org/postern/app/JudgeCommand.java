package org.postern.app;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsSettings;
import org.postern.door.Examiner;
import org.postern.message.CrlfStream;
import org.postern.message.OpenMessage;
import org.postern.policy.Net;
import org.postern.policy.PolicyException;
import org.postern.policy.Verdict;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern judge}: what this configuration would say to a client, before it comes. */
@Command(
        name = "judge",
        description = "Judge a client as a session would: at this address, greeting by that name. No mail is needed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 its mail would be accepted, 1 it would not be (greylist, quarantine, defer, reject), 2"
                    + " usage."
        })
final class JudgeCommand implements java.util.concurrent.Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Parameters(index = "0", paramLabel = "IP", description = "The client's address.")
    private String ip;

    @Parameters(
            index = "1",
            paramLabel = "NAME",
            description = "What it greets by: a host name, or an address literal.")
    private String name;

    @Option(names = "--mail-from", paramLabel = "ADDRESS", description = "The sender, <> for none. By default none.")
    private String mailFrom = "<>";

    @Option(
            names = "--rcpt-to",
            paramLabel = "ADDRESS",
            description = "The recipient, for exceptions and lists that ask for it.")
    private @Nullable String rcptTo;

    @Option(
            names = "--message",
            paramLabel = "FILE",
            description =
                    "The message that it brings, with its header: DKIM, ARC and DMARC are looked at as well. Filters"
                            + " are not asked.")
    private @Nullable Path message;

    @Option(names = "--helo", description = "It greets with HELO, not EHLO.")
    private boolean helo;

    @Option(names = "--dns", paramLabel = "HOST:PORT", description = "The name server to ask.")
    private @Nullable String dns;

    @Option(names = "--json", description = "For programs: docs/judge.schema.json.")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    JudgeCommand() {}

    @Override
    public Integer call() throws Unusable, IOException {
        InetAddress client = Net.address(ip)
                .orElseThrow(() -> usage("IP should be an address as 192.0.2.1 or 2001:db8::1, not " + ip));
        // A person writes a name as it reads; on the wire it has A-labels (RFC 5890 §2.3.2.1).
        Greeting.Name greets = Greeting.name(Domain.withALabelsOnly(name));
        ReversePath from =
                mailFrom.equals("<>") || mailFrom.isEmpty() ? new ReversePath.Null() : mailbox("--mail-from", mailFrom);
        Config config = option.valid().config();
        Mailbox to = rcptTo == null ? new Mailbox("somebody", config.hostname()) : mailbox("--rcpt-to", rcptTo);
        List<PolicyException> trusted = Rooms.readableTrust(config);
        try (Examiner examiner =
                new Examiner(config, new CachingResolver(settings(config)), () -> trusted, Clock.systemUTC())) {
            examiner.lookAfterLists();
            Verdict verdict = message == null
                    ? examiner.judge(client, greets, from, to)
                    : judge(
                            examiner,
                            client,
                            greets,
                            from,
                            to,
                            message,
                            config.intake().headerBytes());
            PrintWriter out = spec.commandLine().getOut();
            out.print(
                    json
                            ? JudgeJson.of(verdict) + "\n"
                            : new JudgeText(spec.commandLine().getColorScheme().ansi())
                                    .of(client, helo ? "HELO" : "EHLO", greets, from, verdict));
            out.flush();
            return verdict.word().equals("accept") ? 0 : 1;
        }
    }

    private Verdict judge(
            Examiner examiner,
            InetAddress client,
            Greeting.Name greets,
            ReversePath from,
            Mailbox to,
            Path file,
            int maxHeaderBytes)
            throws IOException {
        // A file has line ends as its system has them; on the wire they are CR LF.
        try (InputStream content = new CrlfStream(new BufferedInputStream(Files.newInputStream(file)))) {
            OpenMessage opened = OpenMessage.of(content, maxHeaderBytes)
                    .orElseThrow(() -> usage("--message: the header of " + file + " is larger than the "
                            + maxHeaderBytes + " octets that are taken"));
            return examiner.judge(client, greets, from, to, opened);
        } catch (NoSuchFileException missing) {
            throw usage("--message: there is no file " + file);
        }
    }

    private DnsSettings settings(Config config) {
        if (dns == null) {
            return config.dns().settings();
        }
        InetSocketAddress server = Config.server(dns)
                .orElseThrow(() -> usage("--dns should be an address and a port as 127.0.0.1:53, not " + dns));
        return DnsSettings.of(List.of(server));
    }

    private Mailbox mailbox(String name, String text) {
        String bare = text.startsWith("<") && text.endsWith(">") ? text.substring(1, text.length() - 1) : text;
        return Mailbox.parse(bare)
                .orElseThrow(() -> usage(name + " should be an address as ann@example.com, not " + text));
    }

    private RuntimeException usage(String text) {
        return new picocli.CommandLine.ParameterException(spec.commandLine(), Harmless.text(text));
    }

    /** The name with its U-labels, where it has any. */
    static Optional<String> readable(Greeting.Name name) {
        String shown = IDN.toUnicode(name.text());
        return shown.equals(name.text()) ? Optional.empty() : Optional.of(shown);
    }
}
