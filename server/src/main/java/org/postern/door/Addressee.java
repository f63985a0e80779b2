package org.postern.door;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postern.route.Forwarding;
import org.postern.route.Route;
import org.postern.route.Router;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

/** Whom a recipient of a transaction means. */
sealed interface Addressee {
    /** Itself. */
    record Itself(Route route) implements Addressee {}

    /** Those whom an alias of ours names, and how each is reached. Whoever may write to us may write to them: they are no relaying. */
    record Others(Map<ForwardPath, Route> routes) implements Addressee {}

    /** Nobody; RFC 3463's code, and why. */
    record Nobody(String enhanced, String why) implements Addressee {}

    /**
     * Whom {@code recipient} means.
     *
     * @throws IOException when that can't be looked up now
     */
    static Addressee of(ForwardPath recipient, Forwarding forwarding, Router router) throws IOException {
        return switch (forwarding.answer(recipient)) {
            case Forwarding.Answer.Itself _ -> new Itself(router.route(recipient));
            case Forwarding.Answer.Nobody(String enhanced, String why) -> new Nobody(enhanced, why);
            case Forwarding.Answer.Others others -> others(others, router);
        };
    }

    private static Addressee others(Forwarding.Answer.Others others, Router router) {
        Map<ForwardPath, Route> routes = new LinkedHashMap<>();
        boolean reachable = false;
        for (Mailbox mailbox : others.mailboxes()) {
            Route route = router.route(mailbox);
            reachable |= !(route instanceof Route.NoSuchMailbox || route instanceof Route.NotOurs);
            routes.put(mailbox, route);
        }
        // One that is not to be reached is reported with the others' mail on its way; all of them are refused at once.
        return reachable ? new Others(routes) : new Nobody("5.1.1", "it leads to nobody who is reached from here");
    }
}
