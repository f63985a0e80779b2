package org.postern.signing;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postern.dkim.SigningKey;
import org.postern.dns.Answer;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the records of our keys stand in DNS. A key that we made signs once its record was seen, and the one before it no more: so
 * nothing leaves that nobody can verify. What can't be looked up now stays as it was.
 */
public final class KeyWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyWatch.class);

    private static final Duration LOOK_FOR_KEYS = Duration.ofMinutes(1);

    /** A record that is awaited is asked for at each look, one that stands now and then. */
    private static final Duration ASK_AGAIN = Duration.ofHours(1);

    private final MadeKeys made;
    private final Keyring keyring;
    private final Resolver resolver;
    private final Clock clock;
    private final Map<String, Instant> asked = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private KeyWatch(MadeKeys made, Keyring keyring, Resolver resolver, Clock clock) {
        this.made = made;
        this.keyring = keyring;
        this.resolver = resolver;
        this.clock = clock;
    }

    /**
     * Signs with what stood when it was last looked at, and looks from now on.
     *
     * @throws IOException when the keys can't be read
     */
    public static KeyWatch start(MadeKeys made, Keyring keyring, Resolver resolver, Clock clock) throws IOException {
        KeyWatch watch = resting(made, keyring, resolver, clock);
        Thread.ofVirtual().name("dkim-keys").start(watch::run);
        return watch;
    }

    /** One that looks when it is told to. */
    static KeyWatch resting(MadeKeys made, Keyring keyring, Resolver resolver, Clock clock) throws IOException {
        var watch = new KeyWatch(made, keyring, resolver, clock);
        watch.use(made.all());
        return watch;
    }

    private void run() {
        try {
            do {
                tick();
            } while (!closed.await(LOOK_FOR_KEYS.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        try {
            look();
        } catch (IOException | RuntimeException problem) {
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .log("the keys to sign with can't be looked after");
        }
    }

    /** Looks once. */
    void look() throws IOException {
        List<MadeKey> all = made.all();
        var keys = new ArrayList<MadeKey>();
        for (MadeKey key : all) {
            keys.add(isDue(key) ? looked(key, KeyStanding.of(key, all)) : key);
        }
        use(keys);
    }

    private boolean isDue(MadeKey key) {
        Instant last = asked.get(key.name().text());
        return last == null
                || key.stands().isEmpty()
                || Duration.between(last, clock.instant()).compareTo(ASK_AGAIN) >= 0;
    }

    private MadeKey looked(MadeKey key, KeyStanding before) throws IOException {
        Answer answer = resolver.ask(key.name(), RecordType.TXT);
        if (answer.isFailed()) {
            return key;
        }
        Instant now = clock.instant();
        asked.put(key.name().text(), now);
        boolean isThere = key.isIn(answer);
        if (isThere == key.stands().isPresent()) {
            return key;
        }
        switch (before) {
            case KeyStanding.Waiting _ ->
                LOG.atInfo().addKeyValue("key", key.name()).log("its record stands: what leaves is signed with it");
            case KeyStanding.Signing _ -> {
                LOG.atWarn()
                        .addKeyValue("key", key.name())
                        .addKeyValue("dns", answer.said())
                        .addKeyValue("advice", "postern dkim list")
                        .log("its record is in DNS no more: nothing is signed with it");
                // The one before may take its place, and must not have gone as well.
                asked.clear();
            }
            case KeyStanding.Retired _ ->
                LOG.atDebug().addKeyValue("key", key.name()).log("a retired key's record");
        }
        return made.note(key, isThere ? Optional.of(now) : Optional.empty());
    }

    private void use(List<MadeKey> keys) throws IOException {
        var signing = new ArrayList<SigningKey>();
        for (MadeKey key : keys) {
            if (KeyStanding.of(key, keys) instanceof KeyStanding.Signing) {
                signing.add(key.file().read());
            }
        }
        keyring.sign(signing);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
