package org.postern.smtp.server;

import java.util.Locale;
import org.postern.smtp.Command;

/** What a client asked, in the words of a log. */
final class CommandText {
    private CommandText() {}

    /** The command for a log: one line, no secrets. */
    static String of(Command command) {
        return switch (command) {
            case Command.Hello hello -> hello.verb() + " " + hello.name().text();
            case Command.Mail mail -> "MAIL FROM:" + mail.from().path();
            case Command.Rcpt rcpt -> "RCPT TO:" + rcpt.to().path();
            case Command.Bdat bdat -> "BDAT " + bdat.octets() + (bdat.last() ? " LAST" : "");
            case Command.Vrfy vrfy -> "VRFY " + vrfy.who();
            case Command.Expn expn -> "EXPN " + expn.list();
            case Command.Auth auth -> "AUTH " + auth.mechanism();
            case Command.Xclient xclient -> of(xclient);
            case Command.Invalid invalid -> invalid.verb();
            case Command.Data _, Command.Rset _, Command.Help _, Command.Noop _, Command.Quit _, Command.StartTls _ ->
                command.getClass().getSimpleName().toUpperCase(Locale.ROOT);
        };
    }

    private static String of(Command.Xclient xclient) {
        return switch (xclient.address()) {
            case Command.Xclient.Address.Known known ->
                "XCLIENT ADDR=" + known.address().getHostAddress();
            case Command.Xclient.Address.Unsaid _, Command.Xclient.Address.Unavailable _ -> "XCLIENT";
        };
    }
}
