package org.postern.console;

import java.util.Optional;
import org.postern.config.Config;
import org.postern.delivery.GreetingWatch;
import org.postern.dns.CachingResolver;
import org.postern.door.Examiner;
import org.postern.journal.Journal;
import org.postern.queue.Queue;
import org.postern.smtp.server.SmtpServer;
import org.postern.spool.Spool;
import org.postern.tls.Certificates;

/**
 * What there is to watch, as it is now: a reload puts others in the place of some of these.
 *
 * @param greeting who looks at our own greeting; nobody where we greet nobody whom the configuration doesn't name
 */
public record Watched(
        Config config,
        SmtpServer server,
        Queue queue,
        Spool spool,
        Journal journal,
        Certificates certificates,
        Examiner examiner,
        CachingResolver resolver,
        Optional<GreetingWatch> greeting) {}
