package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.config.Config;
import org.postern.maildrop.Dropped;
import org.postern.maildrop.Maildrop;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.client.ClientProblem;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.Deadlines;
import org.postern.smtp.client.Payload;
import org.postern.smtp.client.Security;
import org.postern.smtp.client.Sent;
import org.postern.smtp.client.SmtpClient;
import org.postern.smtp.client.Stage;

/**
 * What programs and scripts call as {@code sendmail}: hands a message to the server's trusted listener, or leaves it in the maildrop when
 * that can't be reached, or does not take it from here. Small, for it is started for each message.
 */
final class Sendmail {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** A path as nearly everybody writes it; whoever writes it otherwise waits until the whole configuration is read. */
    private static final Pattern DATA = Pattern.compile("\\s*data\\s*=\\s*(?:\"([^\"\\\\]*)\"|'([^']*)')\\s*(?:#.*)?");

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    Sendmail(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** The first argument is the name it was called by. */
    public static void main(String[] arguments) {
        String name = arguments.length == 0 ? "sendmail" : arguments[0];
        String[] rest =
                arguments.length == 0 ? arguments : java.util.Arrays.copyOfRange(arguments, 1, arguments.length);
        int code = new Sendmail(System.in, System.out, System.err).run(name, rest);
        System.out.flush();
        System.err.flush();
        // Not exit: that looks for a logger first, which takes as long as the message.
        Runtime.getRuntime().halt(code);
    }

    int run(String name, String... arguments) {
        try {
            SendmailOptions options = SendmailOptions.parse(name, arguments);
            Optional<Path> config = config(options);
            return switch (options.mode()) {
                case MAIL -> mail(options, config);
                case SMTP -> talk(config);
                case LIST -> command(config, "queue", "list");
                case FLUSH -> command(config, "queue", "flush");
                case ALIASES -> Sysexits.OK;
            };
        } catch (SendmailOptions.Wrong problem) {
            return failed(Sysexits.USAGE, String.valueOf(problem.getMessage()));
        } catch (Failed problem) {
            return failed(problem.code, String.valueOf(problem.getMessage()));
        } catch (IOException problem) {
            return failed(Sysexits.TEMP_FAIL, problem.toString());
        }
    }

    private static final class Failed extends Exception {
        private static final long serialVersionUID = 1;
        private final int code;

        Failed(int code, String why) {
            super(why);
            this.code = code;
        }
    }

    private int failed(int code, String why) {
        err.println("sendmail: " + why);
        return code;
    }

    // --- where the server is
    // ---------------------------------------------------------------------------------------------------

    private static Optional<Path> config(SendmailOptions options) {
        Optional<String> named = options.config().or(() -> Optional.ofNullable(System.getenv("POSTERN_CONFIG")));
        return named.map(Path::of)
                .or(() -> ConfigOption.PLACES.stream().filter(Files::exists).findFirst());
    }

    private static Path data(Optional<Path> config) throws Failed {
        if (config.isEmpty()) {
            return Path.of("data").toAbsolutePath();
        }
        Path file = config.get().toAbsolutePath();
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher data = DATA.matcher(line);
                if (data.matches()) {
                    String path = Optional.ofNullable(data.group(1)).orElseGet(() -> data.group(2));
                    return file.resolveSibling(path).normalize();
                }
                if (line.strip().startsWith("[")) {
                    break;
                }
                if (line.contains("data")) {
                    return whole(file);
                }
            }
            return file.resolveSibling("data");
        } catch (IOException problem) {
            throw new Failed(
                    Sysexits.CONFIG,
                    "can't read " + file + ": " + problem.getMessage() + "; everybody who sends mail must be able to");
        }
    }

    private static Path whole(Path file) throws IOException, Failed {
        return switch (Config.read(file)) {
            case Config.Result.Valid valid -> valid.config().data();
            case Config.Result.Invalid invalid ->
                throw new Failed(
                        Sysexits.CONFIG,
                        "the configuration can't be used: " + invalid.mistakes().getFirst());
        };
    }

    private static Whereabouts whereabouts(Path data) throws Failed {
        try {
            return Whereabouts.read(data);
        } catch (IOException problem) {
            throw new Failed(
                    Sysexits.TEMP_FAIL,
                    "no server has run with its data in " + data
                            + ": start \"postern serve\" once, or name its configuration" + " in POSTERN_CONFIG ("
                            + problem + ")");
        }
    }

    // --- a message
    // -------------------------------------------------------------------------------------------------------------

    private int mail(SendmailOptions options, Optional<Path> config) throws IOException, Failed {
        Path data = data(config);
        Whereabouts server = whereabouts(data);
        if (options.recipients().isEmpty() && !options.recipientsInHeader()) {
            throw new Failed(Sysexits.USAGE, "nobody is named to send to: name recipients, or say -t");
        }
        HandWritten message = HandWritten.read(in, options.dotIsText());
        List<String> named = new ArrayList<>(options.recipients());
        if (options.recipientsInHeader()) {
            named.addAll(message.takeRecipients());
        }
        var recipients = new ArrayList<ForwardPath>();
        for (String one : named) {
            Mailbox mailbox = mailbox(one, server);
            if (!recipients.contains(mailbox)) {
                recipients.add(mailbox);
            }
        }
        if (recipients.isEmpty()) {
            throw new Failed(Sysexits.USAGE, "the message names no recipient in To, Cc or Bcc");
        }
        ReversePath from = sender(options, server);
        if (options.fullName().isPresent() && from instanceof Mailbox mailbox) {
            message.signIfUnsigned(options.fullName().get(), mailbox.toString());
        }
        return hand(options, server, data, new Dropped(from, recipients), message.octets());
    }

    private static Mailbox mailbox(String text, Whereabouts server) throws Failed {
        String bare = text.startsWith("<") && text.endsWith(">") ? text.substring(1, text.length() - 1) : text;
        String whole = bare.contains("@") ? bare : bare + "@" + server.hostname();
        return Mailbox.parse(whole).orElseThrow(() -> new Failed(Sysexits.DATA_ERROR, text + " is no address"));
    }

    private static ReversePath sender(SendmailOptions options, Whereabouts server) throws Failed {
        String text = options.from().orElseGet(() -> System.getProperty("user.name", "nobody"));
        return text.isEmpty() || text.equals("<>") ? new ReversePath.Null() : mailbox(text, server);
    }

    private int hand(SendmailOptions options, Whereabouts server, Path data, Dropped envelope, byte[] message)
            throws Failed {
        Optional<Sent> sent = server.listener().isPresent()
                ? send(options, server, server.listener().get(), envelope, message)
                : Optional.empty();
        List<ForwardPath> left = sent.map(Sendmail::undecided).orElse(envelope.to());
        if (!left.isEmpty()) {
            leave(Whereabouts.maildrop(data), new Dropped(envelope.from(), left), message);
            note(options, "left in the maildrop for " + left.size() + " of the recipients");
        }
        return sent.map(this::outcome).orElse(Sysexits.OK);
    }

    private static void leave(Path maildrop, Dropped envelope, byte[] message) throws Failed {
        try {
            Maildrop.leave(maildrop, envelope, message);
        } catch (IOException problem) {
            throw new Failed(
                    Sysexits.TEMP_FAIL,
                    "no server takes the message, and it can't be left in " + maildrop + ": " + problem);
        }
    }

    private void note(SendmailOptions options, String text) {
        if (options.verbose()) {
            out.println("=== " + text);
        }
    }

    /** What the server said; empty when it could not be asked. */
    private Optional<Sent> send(
            SendmailOptions options, Whereabouts server, InetSocketAddress place, Dropped envelope, byte[] message) {
        SmtpClient client = SmtpClient.named(server.hostname())
                .withSecurity(Security.NONE)
                .withDeadlines(Deadlines.DEFAULT.withConnect(CONNECT));
        if (options.verbose()) {
            client = client.withDialogue(new SendDialogue(new PrintWriter(out, true, UTF_8)));
        }
        boolean international = envelope.to().stream().anyMatch(Sendmail::isInternational)
                || (envelope.from() instanceof Mailbox sender && !sender.isAscii());
        boolean eightBit = false;
        for (byte octet : message) {
            eightBit |= octet < 0;
        }
        var parameters = new MailParameters(
                OptionalLong.empty(),
                eightBit ? MailParameters.Body.EIGHT_BIT_MIME : MailParameters.Body.UNSAID,
                international);
        try (ClientSession session = client.connect(place)) {
            return Optional.of(
                    session.send(new Envelope(envelope.from(), parameters, envelope.to()), Payload.of(message)));
        } catch (ClientProblem problem) {
            note(options, "the server can't be reached: " + problem.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isInternational(ForwardPath path) {
        return path instanceof Mailbox mailbox && !mailbox.isAscii();
    }

    /** Whom the server puts off, or does not relay to from a listener: they go by the maildrop. */
    private static List<ForwardPath> undecided(Sent sent) {
        return sent.fates().entrySet().stream()
                .filter(one -> isUndecided(one.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean isUndecided(Sent.Fate fate) {
        // No switch by type: its first one costs a start 20 ms.
        return fate instanceof Sent.Fate.LeftOver
                || (fate instanceof Sent.Fate.Refused refused
                        && (!refused.reply().isPermanent() || isPolicy(refused.reply())));
    }

    private static boolean isPolicy(Reply reply) {
        return reply.enhanced().map(EnhancedCode::subject).orElse(0) == 7;
    }

    private int outcome(Sent sent) {
        int code = Sysexits.OK;
        for (Map.Entry<ForwardPath, Sent.Fate> one : sent.fates().entrySet()) {
            if (one.getValue() instanceof Sent.Fate.Refused refused && !isUndecided(refused)) {
                code = refused.stage() == Stage.RCPT ? Sysexits.NO_USER : Sysexits.UNAVAILABLE;
                err.println("sendmail: " + one.getKey().path() + " refused: " + refused.reply());
            }
        }
        return code;
    }

    // --- all else
    // --------------------------------------------------------------------------------------------------------------

    /** {@code -bs}: whoever speaks SMTP on our standard input speaks with the server. */
    private int talk(Optional<Path> config) throws Failed {
        Whereabouts server = whereabouts(data(config));
        InetSocketAddress place = server.listener()
                .orElseThrow(() -> new Failed(Sysexits.UNAVAILABLE, "the server has no trusted listener on this host"));
        try (var socket = new Socket(place.getAddress(), place.getPort())) {
            Thread.ofVirtual().start(() -> {
                try {
                    pump(in, socket.getOutputStream());
                    socket.shutdownOutput();
                } catch (IOException gone) {
                    // The other direction says so.
                }
            });
            pump(socket.getInputStream(), out);
            return Sysexits.OK;
        } catch (IOException problem) {
            out.print("421 4.3.2 " + server.hostname() + " no server answers\r\n");
            out.flush();
            return failed(
                    Sysexits.TEMP_FAIL,
                    "no server answers at " + AddressLiteral.text(place) + ": " + problem.getMessage());
        }
    }

    private static void pump(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[8_192];
        for (int got = from.read(buffer); got >= 0; got = from.read(buffer)) {
            to.write(buffer, 0, got);
            to.flush();
        }
    }

    private int command(Optional<Path> config, String... words) throws Failed {
        Path socket = data(config).resolve("control.sock");
        if (Files.exists(socket) && !Files.isWritable(socket)) {
            throw new Failed(Sysexits.NO_PERMISSION, "only the server's own user and root may look into its queue");
        }
        var arguments = new ArrayList<>(List.of(words));
        config.ifPresent(file -> arguments.addAll(List.of("--config", file.toString())));
        return Main.commandLine().execute(arguments.toArray(String[]::new));
    }
}
