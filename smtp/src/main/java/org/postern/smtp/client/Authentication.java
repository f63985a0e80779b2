package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.postern.smtp.Capabilities;
import org.postern.smtp.Reply;

/** AUTH as a client, RFC 4954. */
final class Authentication {
    private final Exchange exchange;
    private final Function<Credentials, Scram> scrams;
    private final List<String> offered;

    Authentication(Exchange exchange, Capabilities capabilities, Function<Credentials, Scram> scrams) {
        this.exchange = exchange;
        this.scrams = scrams;
        this.offered = capabilities.keywords().getOrDefault("AUTH", List.of()).stream()
                .map(mechanism -> mechanism.toUpperCase(Locale.ROOT))
                .toList();
    }

    /** The last reply: 235 when we are believed. */
    Reply say(Credentials credentials) throws ClientProblem {
        if (offered.contains("SCRAM-SHA-256")) {
            return scram(credentials);
        }
        if (offered.contains("PLAIN")) {
            return ask("AUTH PLAIN " + base64(plain(credentials)), "AUTH PLAIN ***", credentials);
        }
        if (offered.contains("LOGIN")) {
            return login(credentials);
        }
        String what = offered.isEmpty() ? "no AUTH" : "AUTH by " + String.join(", ", offered) + " only";
        return Reply.of(504, "5.5.4", "it offers " + what + "; here are SCRAM-SHA-256, PLAIN and LOGIN");
    }

    /** Of no RFC; what it asks for is always the user, then the password. */
    private Reply login(Credentials credentials) throws ClientProblem {
        Reply reply = exchange.ask("AUTH LOGIN");
        if (reply.code() != 334) {
            return reply;
        }
        reply = ask(base64(credentials.user()), "***", credentials);
        return reply.code() == 334 ? ask(base64(credentials.password()), "***", credentials) : reply;
    }

    private Reply scram(Credentials credentials) throws ClientProblem {
        Scram scram = scrams.apply(credentials);
        Reply reply = ask("AUTH SCRAM-SHA-256 " + base64(scram.first()), "AUTH SCRAM-SHA-256 ***", credentials);
        if (reply.code() != 334) {
            return proven(reply, false);
        }
        Optional<String> last = decoded(reply).flatMap(scram::last);
        if (last.isEmpty()) {
            // RFC 4954 §4: so a client gives up.
            exchange.ask("*");
            throw exchange.wire()
                    .problem(ClientProblem.Kind.GARBLED, "its part of SCRAM-SHA-256 is not as RFC 7677 wants it");
        }
        reply = ask(base64(last.get()), "***", credentials);
        boolean knowsIt = decoded(reply).filter(scram::isServer).isPresent();
        if (reply.code() == 334) {
            reply = ask("", "", credentials);
        }
        return proven(reply, knowsIt);
    }

    /** RFC 5802 §5: a yes is worth something only from who knows the password. */
    private Reply proven(Reply reply, boolean knowsIt) throws ClientProblem {
        if (reply.code() == 235 && !knowsIt) {
            throw exchange.wire()
                    .problem(
                            ClientProblem.Kind.NOT_VERIFIED,
                            "it says yes, and did not show that it knows the password");
        }
        return reply;
    }

    private Reply ask(String command, String shown, Credentials credentials) throws ClientProblem {
        return exchange.ask(command, shown, reply -> veiled(reply, credentials));
    }

    /** Some servers repeat what they do not like, and their words get into logs: without the password. */
    private static Reply veiled(Reply reply, Credentials credentials) {
        // What goes on is no words but a challenge.
        if (reply.code() == 334) {
            return reply;
        }
        List<String> lines = reply.lines().stream()
                .map(line -> line.replace(base64(plain(credentials)), "***")
                        .replace(base64(credentials.password()), "***")
                        .replace(credentials.password(), "***"))
                .toList();
        return new Reply(reply.code(), reply.enhanced(), lines);
    }

    /** RFC 4616 §2. */
    private static String plain(Credentials credentials) {
        return "\0" + credentials.user() + "\0" + credentials.password();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static Optional<String> decoded(Reply reply) {
        try {
            return Optional.of(new String(
                    Base64.getDecoder().decode(reply.lines().getFirst().strip()), UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
