package org.postern.console;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postern.console.Answer.Status;

/** The three pages, and the answer to all else. Thread-safe. */
final class Pages {
    private final Metrics metrics;
    private final Supplier<Watched> watched;

    Pages(Metrics metrics, Supplier<Watched> watched) {
        this.metrics = metrics;
        this.watched = watched;
    }

    /** @param isLoopback whether who asks came to an address of loopback */
    Answer answer(RequestHead request, boolean isLoopback) {
        Optional<Status> fault = HostField.fault(request.hosts(), request.isOld(), isLoopback);
        if (fault.isPresent()) {
            return Answer.plain(fault.get(), "the field Host does not name this server");
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return new Answer(Status.NOT_ALLOWED, "text/plain", "Allow: GET, HEAD\r\n", "GET and HEAD only\n");
        }
        return switch (request.path()) {
            case "/metrics" -> new Answer(Status.OK, Metrics.TYPE, "", metrics.page());
            case "/healthz" -> health(Health.faults(watched.get()), "ok");
            case "/readyz" -> health(Health.hindrances(watched.get()), "ready");
            default -> Answer.plain(Status.NOT_FOUND, "there are /metrics, /healthz and /readyz");
        };
    }

    private static Answer health(List<String> reasons, String fine) {
        return reasons.isEmpty()
                ? Answer.plain(Status.OK, fine)
                : Answer.plain(Status.UNAVAILABLE, String.join("\n", reasons));
    }
}
