package org.postern.smtp;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A command line of a client, RFC 5321 §4.1.1 and the extensions. */
public sealed interface Command {

    /** EHLO or HELO, §4.1.1.1. Its name may be malformed: whether that is refused is for a policy to say. */
    record Hello(Greeting.Verb verb, Greeting.Name name) implements Command {}

    /** MAIL, §4.1.1.2. */
    record Mail(ReversePath from, List<Parameter> parameters) implements Command {
        public Mail {
            parameters = List.copyOf(parameters);
        }

        /** What the parameters mean, or the reply to whom they make no sense. */
        public Checked<MailParameters> checkedParameters() {
            try {
                return new Checked.Fine<>(MailParameters.of(parameters));
            } catch (SyntaxFault fault) {
                return new Checked.Faulty<>(fault.reply());
            }
        }
    }

    /** RCPT, §4.1.1.3. */
    record Rcpt(ForwardPath to, List<Parameter> parameters) implements Command {
        public Rcpt {
            parameters = List.copyOf(parameters);
        }
    }

    /** DATA, §4.1.1.4. */
    record Data() implements Command {}

    /**
     * BDAT, RFC 3030 §2.
     *
     * @param octets how many follow the line; never negative
     */
    record Bdat(long octets, boolean last) implements Command {}

    /** RSET, §4.1.1.5. */
    record Rset() implements Command {}

    /** VRFY, §4.1.1.6. */
    record Vrfy(String who) implements Command {}

    /** EXPN, §4.1.1.7. */
    record Expn(String list) implements Command {}

    /** HELP, §4.1.1.8. */
    record Help(String topic) implements Command {}

    /** NOOP, §4.1.1.9. */
    record Noop() implements Command {}

    /** QUIT, §4.1.1.10. */
    record Quit() implements Command {}

    /** STARTTLS, RFC 3207 §4. */
    record StartTls() implements Command {}

    /**
     * AUTH, RFC 4954 §4.
     *
     * @param mechanism in upper case
     * @param initialResponse in base64 as it came, {@code =} for an empty one
     */
    record Auth(String mechanism, Optional<String> initialResponse) implements Command {
        /** Without the secret. */
        @Override
        public String toString() {
            return "Auth[mechanism=" + mechanism + "]";
        }
    }

    /**
     * XCLIENT, Postfix's XCLIENT_README: a front end says on whose behalf it speaks. NAME, PROTO, HELO, LOGIN and where the client
     * came to are read and forgotten: nothing here believes them.
     *
     * @param port 0 to 65535; empty when none is named
     */
    record Xclient(Address address, OptionalInt port) implements Command {
        /** What ADDR says. */
        public sealed interface Address {
            /** Nothing: there is no ADDR. */
            record Unsaid() implements Address {}

            /** That the front end doesn't know it: {@code [UNAVAILABLE]}. */
            record Unavailable() implements Address {}

            /** An address; an IPv4-mapped one of IPv6 is IPv4's. */
            record Known(InetAddress address) implements Address {}
        }
    }

    /**
     * A line that is no command: an unknown verb, or a known one whose arguments break its grammar.
     *
     * @param verb in upper case, empty when it isn't a word
     * @param reply what to answer
     */
    record Invalid(String verb, Reply reply) implements Command {}

    /** The command in {@code line}, which has no line end. Never throws; takes time in proportion to the line's length. */
    static Command parse(byte[] line) {
        return parse(line, 0, line.length);
    }

    /** The command in {@code octets} from {@code from} to before {@code end}. */
    static Command parse(byte[] octets, int from, int end) {
        return CommandParser.parse(octets, from, end);
    }
}
