package org.postern.postfix;

import java.util.List;
import java.util.Optional;
import org.postern.route.MaildirTemplate;

/** Where mail of the system's users goes: local(8). */
final class LocalDelivery {
    private static final String OWN = "maildir:/var/lib/postern/mail/{local}";

    private final Source source;
    private final Transports transports;

    LocalDelivery(Source source, Transports transports) {
        this.source = source;
        this.transports = transports;
    }

    /** A {@code deliver}; what is not the same is remarked on. */
    String find() throws Unreadable {
        Settings settings = source.settings();
        for (String name : List.of("mailbox_transport", "local_transport")) {
            String transport = settings.value(name);
            Optional<String> hop = transport.isEmpty() || transport.startsWith("local")
                    ? Optional.empty()
                    : transports.hop(transport, settings.where(name));
            if (hop.isPresent()) {
                return hop.get();
            }
            if (!transport.isEmpty() && !transport.startsWith("local")) {
                source.remark(name, "has no counterpart: deliver leads to Maildirs, a host or LMTP");
            }
        }
        if (!settings.value("mailbox_command").isEmpty()) {
            source.remark(
                    "mailbox_command",
                    "mail starts no programs here: what it does can be done by an LMTP server, as deliver ="
                            + " \"lmtp:/run/dovecot/lmtp\"");
        }
        String home = settings.value("home_mailbox");
        String spool = settings.value("mail_spool_directory");
        if (!home.isEmpty()) {
            return home(home);
        }
        if (spool.endsWith("/") && MaildirTemplate.problem(spool + "{local}").isEmpty()) {
            writes("mail_spool_directory");
            return "maildir:" + spool + "{local}";
        }
        source.remark(
                "mail_spool_directory",
                "a file for each user (mbox) is not written here: new Maildirs are made under /var/lib/postern/mail; or"
                        + " hand mail to an LMTP server, as deliver = \"lmtp:/run/dovecot/lmtp\"");
        return OWN;
    }

    private String home(String home) throws Unreadable {
        String path = "/home/{local}/" + (home.endsWith("/") ? home.substring(0, home.length() - 1) : home);
        if (!home.endsWith("/") || MaildirTemplate.problem(path).isPresent()) {
            source.remark(
                    "home_mailbox",
                    "a file (mbox) is not written here: new Maildirs are made under /var/lib/postern/mail");
            return OWN;
        }
        writes("home_mailbox");
        return "maildir:" + path;
    }

    private void writes(String setting) throws Unreadable {
        source.remark(
                setting,
                "Postern writes Maildirs as its own user, and takes homes to be /home/USER: give it leave to write"
                        + " there, or hand mail to an LMTP server that runs as root, as deliver ="
                        + " \"lmtp:/run/dovecot/lmtp\"");
    }
}
