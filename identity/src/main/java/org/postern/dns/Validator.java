package org.postern.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.dnssec.ValidatingResolver;

/** Looks at signatures up to a trust anchor (RFC 4035 §5), within the limits of {@link Validation}. Safe for many threads. */
final class Validator {
    private final Wire wire;
    private final ValidatingResolver resolver;

    /** @throws IllegalArgumentException when there is no anchor, or when they can't be read */
    Validator(Wire wire, String anchors) {
        this.wire = wire;
        this.resolver = new ValidatingResolver(new Head());
        var limits = new Properties();
        limits.setProperty("dnsjava.dnssec.nsec3.iterations.1024", Integer.toString(Validation.INSECURE_ITERATIONS));
        try {
            resolver.init(limits);
            resolver.loadTrustAnchors(new ByteArrayInputStream(anchors.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException | RuntimeException problem) {
            throw new IllegalArgumentException("trust anchors can't be read: " + problem.getMessage(), problem);
        }
        if (resolver.getTrustAnchors().items().isEmpty()) {
            // Everything would pass for not signed.
            throw new IllegalArgumentException("no trust anchor: to validate, one is needed");
        }
    }

    /**
     * The answer with AD set when it is secure, SERVFAIL when signatures do not hold, and else as it came.
     *
     * @param end as of {@link System#nanoTime()}
     * @throws IOException when nobody can say
     */
    Message send(Message query, long end) throws IOException {
        var validation = new Validation(wire, end);
        Message reply;
        try {
            reply = resolver.sendAsync(query, validation)
                    .toCompletableFuture()
                    .get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new IOException(validation.problem().orElse("timed out"), late);
        } catch (ExecutionException failed) {
            throw new IOException(validation.problem().orElse("could not be validated"), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("the server stops", stop);
        }
        if (validation.problem().isPresent()) {
            throw new IOException(validation.problem().get());
        }
        return reply;
    }

    /** How the validator asks: each question within its validation. */
    private static final class Head implements Resolver {
        @Override
        public CompletionStage<Message> sendAsync(Message query, Executor executor) {
            return ((Validation) executor).ask(query);
        }

        @Override
        public void setPort(int port) {}

        @Override
        public void setTCP(boolean flag) {}

        @Override
        public void setIgnoreTruncation(boolean flag) {}

        @Override
        public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {}

        @Override
        public void setTSIGKey(TSIG key) {}

        @Override
        public void setTimeout(Duration timeout) {}
    }
}
