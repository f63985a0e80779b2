package org.postern.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** How each of the mail servers that we did not write is set up: as little as it needs. */
final class RealServers {
    private RealServers() {}

    /** Postfix, its own queue and processes; {@code more} goes behind its main.cf. */
    static RealServer postfix(Path parent, String more) throws Exception {
        Program postfix = Program.named("postfix");
        Path master = Path.of("/usr/lib/postfix/sbin/master");
        Program.requireFile(master);
        Program.requireRoot("postfix");
        Path room = RealServer.room(parent, "postfix");
        Path config = Files.createDirectory(room.resolve("etc"));
        Path mail = RealServer.open(room.resolve("mail"));
        Files.createDirectory(room.resolve("queue"));
        Path data = Files.createDirectory(room.resolve("data"));
        Files.setOwner(
                data, data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
        Path log = room.resolve("log");
        int port = Ports.free();
        Files.writeString(config.resolve("main.cf"), """
            compatibility_level = 3.6
            queue_directory = %1$s/queue
            data_directory = %1$s/data
            maillog_file = %2$s
            maillog_file_prefixes = %1$s
            inet_interfaces = 127.0.0.1
            myhostname = mail.%3$s
            mydestination =
            alias_maps =
            alias_database =
            local_recipient_maps =
            virtual_mailbox_domains = %3$s
            virtual_mailbox_base = %1$s/mail
            virtual_mailbox_maps = inline:{ {bob@%3$s = bob/}, {carol@%3$s = carol/} }
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            virtual_mailbox_limit = 0
            message_size_limit = 50000000
            smtpd_error_sleep_time = 0
            """.formatted(room, log, RealServer.DOMAIN) + more);
        Files.writeString(config.resolve("master.cf"), """
            127.0.0.1:%d inet n - n - - smtpd
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            error unix - - n - - error
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            proxymap unix - - n - - proxymap
            postlog unix-dgram n - n - 1 postlogd
            """.formatted(port));
        // Makes the directories of its queue.
        postfix.run("-c", config.toString(), "check").succeeded();
        return new RealServer(
                room,
                port,
                log,
                localPart -> mail.resolve(localPart).resolve("new"),
                List.of(master.toString(), "-c", config.toString(), "-d"));
    }

    /**
     * Exim, all of it as its own user.
     *
     * @param main options of its main section
     * @param authenticators what stands in that section
     */
    static RealServer exim(Path parent, String main, String authenticators) throws Exception {
        Program exim = Program.named("exim4");
        Program.requireRoot("exim4");
        Path room = RealServer.room(parent, "exim");
        Path mail = RealServer.open(room.resolve("mail"));
        RealServer.open(room.resolve("spool"));
        int port = Ports.free();
        Path config = Files.writeString(room.resolve("exim.conf"), """
            exim_path = %1$s
            primary_hostname = mail.%4$s
            spool_directory = %2$s/spool
            log_file_path = %2$s/spool/%%slog
            pid_file_path = %2$s/spool/pid
            local_interfaces = 127.0.0.1
            daemon_smtp_ports = %3$d
            deliver_drop_privilege
            keep_environment =
            host_lookup =
            rfc1413_hosts =
            message_size_limit = 50M
            acl_smtp_rcpt = recipient
            %5$s
            begin acl
            recipient:
              accept domains = %4$s
                     verify = recipient
              deny message = no such mailbox
            begin routers
            local:
              driver = accept
              local_parts = bob : carol
              transport = keep
            begin transports
            keep:
              driver = appendfile
              directory = %2$s/mail/$local_part_data
              maildir_format
              user = Debian-exim
            begin authenticators
            %6$s
            """.formatted(
                        exim.file(), room, port, RealServer.DOMAIN, main, authenticators));
        Path log = room.resolve("spool/mainlog");
        return new RealServer(
                room,
                port,
                log,
                localPart -> mail.resolve(localPart).resolve("new"),
                List.of(exim.file().toString(), "-C", config.toString(), "-bdf", "-oX", Integer.toString(port)));
    }

    /** OpenSMTPD. */
    static RealServer openSmtpd(Path parent) throws Exception {
        Program.requireRoot("smtpd");
        Path room = RealServer.room(parent, "opensmtpd");
        Jail jail = Jail.build(room, "usr/sbin/smtpd", "usr/sbin/smtpctl", "usr/libexec/opensmtpd");
        Path spool = Files.createDirectories(jail.file("var/spool/smtpd"));
        Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString("rwx--x--x"));
        Files.createDirectories(jail.file("var/lib/opensmtpd/empty"));
        for (String user : List.of("bob", "carol")) {
            RealServer.open(jail.file("mail/" + user));
        }
        int port = Ports.free();
        jail.write("etc/mailname", "mail." + RealServer.DOMAIN + "\n");
        jail.write("etc/smtpd.conf", """
            smtp max-message-size 50M
            listen on 127.0.0.1 port %d hostname mail.%s
            action "keep" maildir "/mail/%%{user.username}/box"
            match from any for domain "%s" action "keep"
            """.formatted(port, RealServer.DOMAIN, RealServer.DOMAIN));
        return new RealServer(
                room,
                port,
                room.resolve("none"),
                localPart -> jail.file("mail").resolve(localPart).resolve("box/new"),
                jail.command("/usr/sbin/smtpd", "-d"));
    }

    /**
     * Dovecot: LMTP on its port and on a socket, and who is believed that he is ann, for Postfix to ask.
     *
     * @param password of ann
     * @param mechanisms of SASL, as {@code "plain login"}
     */
    static RealServer dovecot(Path parent, String password, String mechanisms) throws Exception {
        Program.requireRoot("dovecot");
        Path room = RealServer.room(parent, "dovecot");
        Jail jail = Jail.build(room, "usr/sbin/dovecot", "usr/bin/doveconf", "usr/lib/dovecot");
        RealServer.open(jail.file("mail"));
        Files.createDirectories(jail.file("state"));
        int port = Ports.free();
        jail.write("etc/users", """
            bob::%1$d:%1$d::/mail/bob::
            carol::%1$d:%1$d::/mail/carol::
            """.formatted(Jail.BOB));
        jail.write("etc/passwords", "ann:{PLAIN}" + password + "\n");
        jail.write("etc/dovecot.conf", """
            protocols = lmtp
            base_dir = /run
            state_dir = /state
            log_path = /dev/stderr
            hostname = mail.%3$s
            listen = 127.0.0.1
            ssl = no
            mail_location = maildir:/mail/%%n
            first_valid_uid = 1
            auth_mechanisms = %2$s
            auth_failure_delay = 0
            passdb {
              driver = passwd-file
              args = /etc/passwords
            }
            userdb {
              driver = passwd-file
              args = username_format=%%n /etc/users
            }
            service lmtp {
              inet_listener lmtp {
                address = 127.0.0.1
                port = %1$d
              }
              unix_listener lmtp {
                mode = 0666
              }
            }
            service auth {
              unix_listener auth-client {
                mode = 0666
              }
            }
            service anvil {
              chroot =
              # Else who fails waits longer each time.
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            service stats {
              chroot =
            }
            """.formatted(port, mechanisms, RealServer.DOMAIN));
        return new RealServer(
                room,
                port,
                room.resolve("none"),
                localPart -> jail.file("mail").resolve(localPart).resolve("new"),
                jail.command("/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot.conf"));
    }

    /** The socket named so of the Dovecot under {@code parent}. */
    static Path dovecotSocket(Path parent, String name) {
        return parent.resolve("dovecot/root/run").resolve(name);
    }

    /** Python's aiosmtpd, in a script. */
    static RealServer aiosmtpd(Path parent) throws Exception {
        Path python = Path.of("/usr/bin/python3");
        Program.requireFile(python);
        if (new Program(python).run("-c", "import aiosmtpd").exit() != 0) {
            throw Program.missing("aiosmtpd");
        }
        Path room = RealServer.room(parent, "aiosmtpd");
        Path script = Files.writeString(room.resolve("server.py"), """
            import asyncio, mailbox, sys
            from aiosmtpd.smtp import SMTP
            class Known:
                async def handle_RCPT(self, server, session, envelope, address, options):
                    if address.split('@')[0] not in ('bob', 'carol'):
                        return '550 5.1.1 no such mailbox'
                    envelope.rcpt_tos.append(address)
                    return '250 2.1.5 ok'
                async def handle_DATA(self, server, session, envelope):
                    for to in envelope.rcpt_tos:
                        mailbox.Maildir(sys.argv[2] + '/' + to.split('@')[0]).add(envelope.content)
                    return '250 2.0.0 kept'
            async def main():
                loop = asyncio.get_running_loop()
                server = await loop.create_server(
                    lambda: SMTP(Known(), hostname='mail.next.test', data_size_limit=50000000, loop=loop),
                    '127.0.0.1', int(sys.argv[1]))
                await server.serve_forever()
            asyncio.run(main())
            """);
        int port = Ports.free();
        return new RealServer(
                room,
                port,
                room.resolve("none"),
                localPart -> room.resolve("mail").resolve(localPart).resolve("new"),
                List.of(
                        python.toString(),
                        script.toString(),
                        Integer.toString(port),
                        Files.createDirectory(room.resolve("mail")).toString()));
    }

    /** Postfix's smtp-sink, which takes all, into one directory. */
    static RealServer sink(Path parent, String... options) throws Exception {
        Program sink = Program.named("smtp-sink");
        Path room = RealServer.room(parent, "sink");
        Path dumps = RealServer.open(room.resolve("dumps"));
        int port = Ports.free();
        List<String> command = new ArrayList<>(List.of(sink.file().toString(), "-d", dumps + "/%M."));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "root"));
        }
        command.addAll(List.of(options));
        command.addAll(List.of("127.0.0.1:" + port, "100"));
        return new RealServer(room, port, room.resolve("none"), _ -> dumps, command);
    }
}
