package org.postern.delivery;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.route.Forwarding;
import org.postern.route.Route;
import org.postern.route.Router;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/** Parts a message's recipients by what the next host is told about the sender: mail that an alias sends on goes by itself. */
record Legs(Router router, Forwarding forwarding) {
    private record Kind(Optional<ForwardPath> alias, boolean leadsOut) {}

    /**
     * The legs for {@code due}.
     *
     * @throws IOException when the sender of what goes on can't be written
     */
    List<Leg> of(SpooledMessage message, List<Recipient> due) throws IOException {
        Map<Kind, List<ForwardPath>> kinds = new LinkedHashMap<>();
        Set<ForwardPath> seen = new HashSet<>();
        for (Recipient recipient : due) {
            // Two recipients may be one mailbox: it gets one copy.
            ForwardPath told = told(recipient.path());
            if (!seen.add(told)) {
                continue;
            }
            boolean leadsOut = recipient.original().isPresent()
                    && router.route(recipient.path()).leadsOut();
            kinds.computeIfAbsent(new Kind(recipient.original(), leadsOut), _ -> new ArrayList<>())
                    .add(told);
        }
        var legs = new ArrayList<Leg>();
        for (Map.Entry<Kind, List<ForwardPath>> one : kinds.entrySet()) {
            ReversePath from = one.getKey().leadsOut ? sender(message.from()) : message.from();
            Optional<Domain> sentOnBy = one.getKey().leadsOut ? domain(one.getKey().alias) : Optional.empty();
            legs.add(new Leg(from, mark(one.getKey().alias), sentOnBy, one.getValue()));
        }
        return legs;
    }

    /** Whom the next host is told of: postmaster is whoever reads his mail, for there he would be another. */
    ForwardPath told(ForwardPath recipient) {
        return router.route(recipient) instanceof Route.Onward onward ? onward.mailbox() : recipient;
    }

    private ReversePath sender(ReversePath from) throws IOException {
        boolean isOurs = from instanceof Mailbox mailbox && router.ours(mailbox).isPresent();
        return isOurs ? from : forwarding.sender(from);
    }

    private static Optional<Domain> domain(Optional<ForwardPath> alias) {
        return alias.flatMap(path -> path instanceof Mailbox mailbox && mailbox.host() instanceof Domain domain
                ? Optional.of(domain)
                : Optional.empty());
    }

    private static String mark(Optional<ForwardPath> alias) {
        return alias.filter(Mailbox.class::isInstance)
                .map(mailbox -> "Delivered-To: " + mailbox + "\r\n")
                .orElse("");
    }
}
