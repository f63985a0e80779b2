package org.postern.queue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/** Where nobody is to be told: all failures are kept. */
public final class SilentReporter implements Reporter {
    @Override
    public Optional<String> failed(SpooledMessage message, Map<Recipient, Diagnosis> failures) {
        return Optional.of("this test tells nobody");
    }

    @Override
    public void delayed(SpooledMessage message, Map<Recipient, Diagnosis> delays) {}

    @Override
    public void forgetting(SpooledMessage message, Duration told, Duration forgotten) {}
}
