package org.postern.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.postern.config.Sending;
import org.postern.dns.Resolver;
import org.postern.queue.Courier.Outcome;
import org.postern.route.NextHop;
import org.postern.route.OwnHost;
import org.postern.smtp.Host;
import org.postern.smtp.client.ClientProblem;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.SmtpClient;

/** A session with a next hop without a queue: found and called as deliveries do it, for a person who looks on. For one thread. */
public final class ByHand {
    private final Targets targets;
    private final Connector connector;

    /** One that asks {@code resolver}, and keeps to how {@code sending} uses MX hosts. */
    public ByHand(Resolver resolver, OwnHost own, Sending sending) {
        this.targets = Targets.of(resolver, own, sending);
        this.connector = new Connector(new Connector.Pace(Connector.Pace.DEFAULT.moment(), sending.connectTime()));
    }

    /** Nobody was found who could be called. */
    public static final class NoHost extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean forGood;

        NoHost(String why, boolean forGood) {
            super(why);
            this.forGood = forGood;
        }

        /** Why. */
        public String why() {
            return String.valueOf(getMessage());
        }

        /** Whether a later attempt would find nobody either. */
        public boolean isForGood() {
            return forGood;
        }
    }

    /**
     * Opens a session with the first host that can be had.
     *
     * @param domain right of the recipient's {@code @}
     * @param tells hears which hosts there are, and which could not be had
     * @throws NoHost when there is none
     * @throws ClientProblem of the last one, when none can be had
     */
    public ClientSession open(NextHop hop, Host domain, SmtpClient client, Consumer<String> tells)
            throws NoHost, ClientProblem {
        List<Target> found = find(hop, domain, tells);
        ClientProblem last = null;
        for (Target target : found) {
            tells.accept("calling " + target.label());
            try {
                return new Caller(client, connector).call(hop, target, new Brake());
            } catch (ClientProblem problem) {
                tells.accept(target.label() + ": " + problem.getMessage());
                last = problem;
            }
        }
        if (last == null) {
            throw new NoHost("there is no host for " + domain, false);
        }
        throw last;
    }

    private List<Target> find(NextHop hop, Host domain, Consumer<String> tells) throws NoHost {
        switch (targets.of(hop, domain)) {
            case Targets.Found.Some(List<Target> some, String leftOut) -> {
                if (!leftOut.isEmpty()) {
                    tells.accept(leftOut);
                }
                return new ArrayList<>(some);
            }
            case Targets.Found.None(Outcome outcome) ->
                throw new NoHost(outcome.problem().orElse("nobody takes it"), outcome instanceof Outcome.Failed);
        }
    }
}
