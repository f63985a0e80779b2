package org.postern.tls;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of a server: chosen by SNI, re-read when their files change. Thread-safe.
 *
 * <p>One {@link SSLContext} serves for good, so that session tickets (RFC 8446 §4.6.1, RFC 5077) outlive a change of certificates; a
 * key manager of our own gives it the keys, for JSSE's "PKIX" one costs 6 to 7 ms in each handshake. A client's renegotiation is
 * refused by the system property {@code jdk.tls.rejectClientInitiatedRenegotiation}, which the program sets.
 */
public final class Certificates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    private final List<CertificateFiles> files;
    private final KeyChoice keys;
    private final SSLContext context;
    private List<String> fingerprints;
    private boolean broken;
    private final Thread watcher;

    private Certificates(List<CertificateFiles> files, KeyChoice keys, SSLContext context, Duration interval) {
        this.files = List.copyOf(files);
        this.keys = keys;
        this.context = context;
        this.fingerprints = fingerprints();
        this.watcher = Thread.ofPlatform().daemon().name("certificates").unstarted(() -> watch(interval));
    }

    /**
     * Reads them, and looks every {@code interval} whether a file has changed.
     *
     * @param files one pair at least; the first is the default
     * @throws CertificateProblem when one can't be used
     */
    public static Certificates of(List<CertificateFiles> files, Duration interval) throws CertificateProblem {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("no certificate");
        }
        var keys = new KeyChoice(read(files));
        keys.certificates().forEach(Certificates::warnOfDates);
        var certificates = new Certificates(files, keys, context(keys), interval);
        certificates.watcher.start();
        return certificates;
    }

    /** For servers; the same object as long as these certificates are open. TLS 1.2 and 1.3 (RFC 8996), with the JDK's ciphers. */
    public SSLContext context() {
        return context;
    }

    /**
     * Reads the files again, now.
     *
     * @return false when one can't be used: then those from before stay in force, and the log says why
     */
    public synchronized boolean reload() {
        fingerprints = fingerprints();
        try {
            keys.exchange(read(files));
            broken = false;
            LOG.atInfo().addKeyValue("certificates", files.size()).log("certificates re-read");
            keys.certificates().forEach(Certificates::warnOfDates);
            return true;
        } catch (CertificateProblem problem) {
            broken = true;
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .log("new certificate can't be used; the old one stays in force");
            return false;
        }
    }

    /** Stops looking for changes; the context goes on working. */
    @Override
    public void close() {
        watcher.interrupt();
    }

    private void watch(Duration interval) {
        try {
            while (true) {
                Thread.sleep(interval);
                reloadIfChanged();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void reloadIfChanged() {
        // Certificate and key are rarely written in one instant: a pair that doesn't fit yet is looked at again.
        if (!fingerprints().equals(fingerprints)) {
            reload();
        }
    }

    /** Whether the files as they are can't be used. */
    synchronized boolean isBroken() {
        return broken;
    }

    private List<String> fingerprints() {
        return files.stream().map(CertificateFiles::fingerprint).toList();
    }

    private static List<Certified> read(List<CertificateFiles> files) throws CertificateProblem {
        var read = new ArrayList<Certified>();
        for (CertificateFiles pair : files) {
            read.add(Certified.read(pair));
        }
        return read;
    }

    private static void warnOfDates(Certified one) {
        one.dateTrouble(Instant.now())
                .ifPresent(trouble -> LOG.atWarn()
                        .addKeyValue("file", one.files().cert())
                        .addKeyValue("problem", trouble)
                        .log("certificate"));
    }

    private static SSLContext context(KeyChoice keys) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, null, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this JDK has no TLS", impossible);
        }
    }
}
