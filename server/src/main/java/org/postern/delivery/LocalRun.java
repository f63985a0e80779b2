package org.postern.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.queue.Courier;
import org.postern.queue.Diagnosis;
import org.postern.route.MaildirDelivery;
import org.postern.route.Route;
import org.postern.route.Router;
import org.postern.smtp.ForwardPath;
import org.postern.spool.Recipient;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;

/** Delivers into Maildirs, and drops what is to be discarded. Routes are looked up at each attempt, so that a mended one is used. */
final class LocalRun implements Courier.Run {
    /** Where mail programs look for what is doubtful: RFC 6154 §2 calls it Junk, and Maildir++ writes a folder with a dot. */
    private static final String JUNK = ".Junk";

    /** A thread that waits costs little, and a new one a moment. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Spool spool;
    private final Router router;
    private final MaildirDelivery maildirs;

    LocalRun(Spool spool, Router router, MaildirDelivery maildirs) {
        this.spool = spool;
        this.router = router;
        this.maildirs = maildirs;
    }

    @Override
    public Map<ForwardPath, Courier.Outcome> deliver(SpooledMessage message, List<Recipient> due) throws IOException {
        Map<ForwardPath, Courier.Outcome> outcomes = new HashMap<>();
        // Two recipients may be one mailbox: it gets one copy.
        Map<Route.IntoMaildir, List<ForwardPath>> copies = new LinkedHashMap<>();
        for (Recipient recipient : due) {
            ForwardPath path = recipient.path();
            switch (router.route(path)) {
                case Route.IntoMaildir into ->
                    copies.computeIfAbsent(into, _ -> new ArrayList<>()).add(path);
                case Route.Discard _ -> outcomes.put(path, new Courier.Outcome.Delivered("discarded"));
                case Route.NoSuchMailbox gone ->
                    outcomes.put(path, new Courier.Outcome.Failed(Diagnosis.of("5.1.1", gone.why() + " any more")));
                case Route.NotOurs _ ->
                    outcomes.put(
                            path,
                            new Courier.Outcome.Stuck(
                                    "its domain is not received here, and no route leads there: see [[routes]]"));
                // The next attempt goes there.
                case Route.Onward onward ->
                    outcomes.put(path, new Courier.Outcome.Later("it goes on to " + onward.hop() + " now"));
            }
        }
        for (Map.Entry<Route.IntoMaildir, List<ForwardPath>> copy : copies.entrySet()) {
            Courier.Outcome outcome =
                    deliver(message, copy.getKey(), copy.getValue().getFirst());
            copy.getValue().forEach(path -> outcomes.put(path, outcome));
        }
        return outcomes;
    }

    private Courier.Outcome deliver(SpooledMessage message, Route.IntoMaildir into, ForwardPath first)
            throws IOException {
        // RFC 5321 §4.4: the final delivery puts the return path on top.
        String prefix = "Return-Path: " + message.from().path() + "\r\nDelivered-To: " + into.mailbox() + "\r\n"
                + message.trace();
        Optional<String> folder = message.isJunk() ? Optional.of(JUNK) : Optional.empty();
        try (InputStream content = spool.content(message)) {
            String unique = message.id() + "R" + message.envelope().recipients().indexOf(first);
            maildirs.deliver(
                    new MaildirDelivery.Copy(into.path(), folder, message.received(), unique, prefix), content);
            return new Courier.Outcome.Delivered(
                    into.path() + folder.map(name -> "/" + name).orElse(""));
        } catch (SpoolProblem ours) {
            throw ours;
        } catch (IOException problem) {
            return new Courier.Outcome.Later("can't write into " + into.path() + ": " + problem);
        }
    }

    @Override
    public Duration patience() {
        return PATIENCE;
    }

    @Override
    public void close() {}
}
