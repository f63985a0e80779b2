package org.postern.tls;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of a server: chosen by SNI, re-read when their files change. Thread-safe.
 *
 * <p>One {@link SSLContext} serves for good, so that session tickets (RFC 8446 §4.6.1, RFC 5077) of what has not changed outlive a
 * reload; a key manager of our own gives it the keys, for JSSE's "PKIX" one costs 6 to 7 ms in each handshake. Tickets are stateless:
 * they take no memory here. A client of TLS 1.2 that takes none is kept in a cache of {@value #CACHED_SESSIONS} sessions; either way a session
 * can be resumed for 24 hours (RFC 5246 §F.1.4), then shakes hands anew.
 *
 * <p>TLS 1.2 and 1.3 only (RFC 8996), with ciphers that keep past sessions secret when a key is lost: both are the JDK's defaults
 * ({@code jdk.tls.disabledAlgorithms}), which an operator can tighten there. A client's renegotiation is refused by the system property
 * {@code jdk.tls.rejectClientInitiatedRenegotiation}, which the program sets before TLS is first used; an embedder has to do the same.
 */
public final class Certificates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
    private static final int CACHED_SESSIONS = 2_000;
    private static final Duration RESUMABLE = Duration.ofHours(24);
    private static final Duration BETWEEN_WARNINGS = Duration.ofDays(1);

    private final KeyChoice keys;
    private final SSLContext context;
    private final CountDownLatch closed = new CountDownLatch(1);
    private List<Source> sources;
    private Instant warnAgain = Instant.MIN;

    /**
     * What stands in force from two files.
     *
     * @param fingerprint of the files when they were last read
     * @param refused whether what was last read could not be used, so that what is in force is older
     */
    private record Source(CertificateFiles files, String fingerprint, Certified inForce, boolean refused) {
        static Source read(CertificateFiles files) throws CertificateProblem {
            // Before reading, so that a change meanwhile is seen at the next look.
            String fingerprint = files.fingerprint();
            return new Source(files, fingerprint, Certified.read(files), false);
        }

        boolean isChanged() {
            return !files.fingerprint().equals(fingerprint);
        }

        /** Certificate and key are rarely written in one instant: a pair that doesn't fit yet is looked at again when it changes. */
        Source again() {
            String now = files.fingerprint();
            try {
                var read = new Source(files, now, Certified.read(files), false);
                LOG.atInfo()
                        .addKeyValue("file", files.cert())
                        .addKeyValue("names", String.join(",", read.inForce.names()))
                        .addKeyValue("expires", read.inForce.end())
                        .log(refused ? "certificate mended and in force" : "certificate re-read and in force");
                return read;
            } catch (CertificateProblem problem) {
                LOG.atError()
                        .addKeyValue("file", problem.file())
                        .addKeyValue("problem", problem.wrong())
                        .addKeyValue("advice", problem.advice())
                        .log("new certificate can't be used, the old one stays in force");
                return new Source(files, now, inForce, true);
            }
        }
    }

    private Certificates(List<Source> sources) {
        this.sources = sources;
        this.keys = new KeyChoice(inForce(sources));
        this.context = context(keys);
    }

    /**
     * Reads them, and looks every {@code interval} whether a file has changed; a thread of its own does so until {@link #close()}.
     *
     * @param files one pair at least; the first is the default, for clients that ask for no name or for one that none is for
     * @throws CertificateProblem when one can't be used
     */
    public static Certificates of(List<CertificateFiles> files, Duration interval) throws CertificateProblem {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("no certificate");
        }
        var sources = new ArrayList<Source>();
        for (CertificateFiles pair : files) {
            sources.add(Source.read(pair));
        }
        var certificates = new Certificates(List.copyOf(sources));
        certificates.warnOfDates(Instant.now());
        Thread.ofPlatform().daemon().name("certificates").start(() -> certificates.watch(interval));
        return certificates;
    }

    /** For servers; always the same object. It goes on working after {@link #close()}. */
    public SSLContext context() {
        return context;
    }

    /**
     * Reads all files again, now. Where new ones can't be used, those from before stay in force and the log says why.
     *
     * @return whether all could be used
     */
    public boolean reload() {
        return read(_ -> true);
    }

    /**
     * When those in force end, by each name that they are good for; where several are for one name, the first end. One without names
     * stands under the file's.
     */
    public synchronized Map<String, Instant> ends() {
        Map<String, Instant> ends = new TreeMap<>();
        for (Certified one : inForce(sources)) {
            Set<String> names =
                    one.names().isEmpty() ? Set.of(one.files().cert().toString()) : one.names();
            names.forEach(name -> ends.merge(name, one.end(), (some, other) -> some.isBefore(other) ? some : other));
        }
        return ends;
    }

    /** How many new ones can't be used, so that older ones stay in force. */
    public synchronized int refused() {
        return (int) sources.stream().filter(Source::refused).count();
    }

    /** Stops looking for changes. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void watch(Duration interval) {
        try {
            while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                read(Source::isChanged);
                warnOfDates(Instant.now());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean read(Predicate<Source> due) {
        if (sources.stream().anyMatch(due)) {
            sources = sources.stream()
                    .map(source -> due.test(source) ? source.again() : source)
                    .toList();
            keys.exchange(inForce(sources));
            warnAgain = Instant.MIN;
        }
        return sources.stream().noneMatch(Source::refused);
    }

    /** Once a day while there is trouble, and after each reading. */
    synchronized void warnOfDates(Instant now) {
        if (now.isBefore(warnAgain)) {
            return;
        }
        warnAgain = now.plus(BETWEEN_WARNINGS);
        for (Certified one : inForce(sources)) {
            one.dateTrouble(now)
                    .ifPresent(trouble -> LOG.atWarn()
                            .addKeyValue("file", one.files().cert())
                            .addKeyValue("problem", trouble)
                            .addKeyValue("advice", "renew it; the new one is read when it stands there")
                            .log("certificate's dates"));
        }
    }

    private static List<Certified> inForce(List<Source> sources) {
        return sources.stream().map(Source::inForce).toList();
    }

    private static SSLContext context(KeyChoice keys) {
        try {
            var context = SSLContext.getInstance("TLS");
            // No trust managers: clients are not asked for certificates, and loading the JDK's authorities costs 0.1 s
            // at the start.
            context.init(new KeyManager[] {keys}, new TrustManager[0], null);
            context.getServerSessionContext().setSessionCacheSize(CACHED_SESSIONS);
            context.getServerSessionContext().setSessionTimeout(Math.toIntExact(RESUMABLE.toSeconds()));
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this JDK has no TLS", impossible);
        }
    }
}
