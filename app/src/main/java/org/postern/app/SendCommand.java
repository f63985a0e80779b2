package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.delivery.ByHand;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsSettings;
import org.postern.greeting.Ourselves;
import org.postern.route.NextHop;
import org.postern.route.OwnHost;
import org.postern.route.TlsNeed;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Host;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.smtp.client.ClientProblem;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.Credentials;
import org.postern.smtp.client.Deadlines;
import org.postern.smtp.client.Security;
import org.postern.smtp.client.SmtpClient;
import org.postern.smtp.client.Stage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code postern send}: one message by hand, with the dialogue shown. No server of ours is needed. */
@Command(
        name = "send",
        description = "Send one message by hand and show the dialogue as it happens: no running server is needed.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = Sysexits.USAGE,
        footer = {
            "",
            "Lines: \"->\" we say, \"<-\" the other side says, \"~>\" and \"<~\" within TLS, \"===\" what happens.",
            "Exit codes (sysexits): 0 all recipients taken, 64 usage, 65 a message that can't be sent there, 66 no such"
                    + " file,",
            "67 a recipient refused, 68 no such host, 69 refused, 75 try again later, 76 no SMTP, 77 not allowed."
        })
final class SendCommand implements java.util.concurrent.Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Option(names = "--to", paramLabel = "ADDRESS", required = true, split = ",", description = "Recipients.")
    private List<String> to = List.of();

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "The sender, <> for none. By default you at this host.")
    private @Nullable String from;

    @Option(
            names = "--server",
            paramLabel = "HOST[:PORT]",
            description =
                    "Who takes it: a host, smtps://HOST (TLS at once), lmtp://HOST, lmtp:/SOCKET. By default the MX"
                            + " hosts of the first recipient's domain.")
    private @Nullable String server;

    @Option(names = "--ehlo", paramLabel = "NAME", description = "What we greet by. By default hostname.")
    private @Nullable String ehlo;

    @Option(
            names = "--tls",
            paramLabel = "HOW",
            description = "none, may (where offered; the default), require, verify.")
    private TlsNeed tls = TlsNeed.MAY;

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "Authenticate: a file with the user in its first line, the password in its second.")
    private @Nullable Path credentials;

    @Option(
            names = "--header",
            paramLabel = "'NAME: VALUE'",
            description = "A header field, in place of the usual one of that name.")
    private List<String> headers = List.of();

    @Option(names = "--body", paramLabel = "TEXT", description = "The text; @FILE for what stands in a file.")
    private @Nullable String body;

    @Option(names = "--attach", paramLabel = "FILE", description = "Attach a file.")
    private List<Path> attachments = List.of();

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "The whole message, header and all, as it is; - for standard input.")
    private @Nullable String data;

    @Option(
            names = "--quit-after",
            paramLabel = "STAGE",
            description = "Go no further than that: banner, greeting, starttls, auth, mail, rcpt.")
    private @Nullable Stage last;

    @Option(names = "--no-chunking", description = "Send by DATA where BDAT is offered too.")
    private boolean noChunking;

    @Option(names = "--dns", paramLabel = "HOST:PORT", description = "The name server to ask.")
    private @Nullable String dns;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    SendCommand() {}

    @Override
    public Integer call() throws Unusable {
        Config config = option.valid().config();
        List<ForwardPath> recipients = new ArrayList<>();
        to.forEach(one -> recipients.add(mailbox("--to", one)));
        ReversePath sender = sender(config);
        NextHop hop = hop();
        PrintWriter out = spec.commandLine().getOut();
        var dialogue = new SendDialogue(out);
        byte[] message;
        try {
            message = message(config, sender);
        } catch (IOException problem) {
            return failed(Sysexits.NO_INPUT, "can't read " + problem.getMessage());
        }
        Optional<Credentials> known = credentials();
        SmtpClient client = SmtpClient.named(name(config))
                .withDialogue(dialogue)
                .withChunking(!noChunking)
                .withLast(last == null ? Stage.OTHER : last)
                .withSecurity(security())
                .withDeadlines(Deadlines.DEFAULT.withConnect(config.sending().connectTime()));
        Ourselves here = Ourselves.here(config.hostname());
        var own = new OwnHost(java.util.Set.of(here.name()), here.addresses());
        var byHand = new ByHand(new CachingResolver(dns(config)), own, config.sending());
        Host domain = ((Mailbox) recipients.getFirst()).host();
        try (ClientSession session = byHand.open(hop, domain, client, dialogue::noted)) {
            tell(session, dialogue);
            return new Handover(session, out, Optional.ofNullable(last)).of(sender, recipients, message, known);
        } catch (Handover.Failed problem) {
            return failed(problem.code(), problem.why());
        } catch (ByHand.NoHost problem) {
            return failed(problem.isForGood() ? Sysexits.NO_HOST : Sysexits.TEMP_FAIL, problem.why());
        } catch (ClientProblem problem) {
            return failed(Handover.code(problem), String.valueOf(problem.getMessage()));
        }
    }

    private static void tell(ClientSession session, SendDialogue dialogue) {
        session.tls()
                .ifPresent(agreed -> dialogue.noted(agreed.protocol() + ", " + agreed.cipher()
                        + agreed.doubt().map(doubt -> "; " + doubt).orElse("; its certificate is good for its name")));
        session.tlsProblem().ifPresent(problem -> dialogue.noted("in clear, for " + problem));
    }

    // --- what is asked for
    // -----------------------------------------------------------------------------------------------------

    private Mailbox mailbox(String name, String text) {
        String bare = text.startsWith("<") && text.endsWith(">") ? text.substring(1, text.length() - 1) : text;
        return Mailbox.parse(bare)
                .orElseThrow(() -> usage(name + " should be a mailbox as ann@example.com, not " + text));
    }

    private ReversePath sender(Config config) {
        if (from == null) {
            return Mailbox.of(System.getProperty("user.name", "postern"), config.hostname())
                    .orElseGet(() -> new Mailbox("postern", config.hostname()));
        }
        return from.isEmpty() || from.equals("<>") ? new ReversePath.Null() : mailbox("--from", from);
    }

    private NextHop hop() {
        if (server == null) {
            return new NextHop.Mx(false);
        }
        boolean hasScheme = server.contains("://") || server.startsWith("lmtp:/");
        boolean isBareIpv6 = server.chars().filter(c -> c == ':').count() > 1 && !server.startsWith("[");
        String uri = hasScheme ? server : "smtp://" + (isBareIpv6 ? "[" + server + "]" : server);
        return NextHop.parse(uri)
                .filter(hop -> hop instanceof NextHop.Host || hop instanceof NextHop.Socket)
                .orElseThrow(() -> usage("--server should be a host as mx.example.com:25, smtps://mx.example.com or"
                        + " lmtp:/run/socket, not " + server));
    }

    private Host name(Config config) {
        String name = ehlo;
        if (name == null) {
            return config.hostname();
        }
        return Domain.parse(Domain.withALabelsOnly(name))
                .<Host>map(domain -> domain)
                .or(() -> AddressLiteral.parse(name))
                .orElseThrow(() -> usage("--ehlo should be a name as mx.example.com or [192.0.2.1], not " + name));
    }

    private Security security() {
        return switch (tls) {
            case NONE -> Security.NONE;
            case MAY -> credentials == null ? Security.OPPORTUNISTIC : Security.VERIFIED;
            case REQUIRE -> Security.REQUIRED;
            case VERIFY -> Security.VERIFIED;
        };
    }

    private DnsSettings dns(Config config) {
        if (dns == null) {
            return config.dns().settings();
        }
        return DnsSettings.of(List.of(Config.server(dns)
                .orElseThrow(() -> usage("--dns should be an address and a port as 127.0.0.1:53, not " + dns))));
    }

    private Optional<Credentials> credentials() {
        if (credentials == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Credentials.read(credentials));
        } catch (IOException | IllegalArgumentException problem) {
            throw usage("--credentials can't be used: " + problem.getMessage());
        }
    }

    private byte[] message(Config config, ReversePath sender) throws IOException {
        if (data != null) {
            if (!headers.isEmpty() || body != null || !attachments.isEmpty()) {
                throw usage("--data is the whole message: it goes with no --header, --body or --attach");
            }
            return data.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(data));
        }
        String author = sender instanceof Mailbox mailbox ? mailbox.toString() : "postmaster@" + config.hostname();
        var letter =
                new Letter(author, String.join(", ", to), config.hostname(), ZonedDateTime.now(ZoneId.systemDefault()));
        try {
            headers.forEach(letter::header);
        } catch (IllegalArgumentException problem) {
            throw usage("--header: " + problem.getMessage());
        }
        if (body != null) {
            letter.body(body.startsWith("@") ? Files.readString(Path.of(body.substring(1))) : body);
        }
        attachments.forEach(letter::attach);
        return letter.octets();
    }

    private int failed(int code, String text) {
        spec.commandLine().getOut().flush();
        spec.commandLine().getErr().println("postern: " + text);
        spec.commandLine().getErr().flush();
        return code;
    }

    private ParameterException usage(String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
