package org.postern.smtp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.AddressLiteral;

/**
 * TLS as a client. Every certificate is taken in the handshake, for most servers of the world have one that proves nothing; what it is
 * worth is found out behind it. Remembers sessions, which are resumed. Thread-safe.
 */
final class ClientTls {
    /** RFC 8996: nothing older. */
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private static final int SESSIONS = 10_000;

    /** RFC 5280 §4.2.1.6. */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    private final List<X509Certificate> anchors;
    private @Nullable Tools tools;

    private record Tools(SSLContext context, X509TrustManager roots) {}

    /** Verifies by {@code anchors}; by the system's when they are empty. */
    ClientTls(Collection<X509Certificate> anchors) {
        this.anchors = List.copyOf(anchors);
    }

    /** Made when first needed: reading the system's roots takes longer than a whole session in clear. */
    private synchronized Tools tools() {
        Tools known = tools;
        if (known == null) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new Anybody()}, null);
                context.getClientSessionContext().setSessionCacheSize(SESSIONS);
                known = new Tools(context, roots(anchors));
                tools = known;
            } catch (GeneralSecurityException | IOException problem) {
                throw new IllegalStateException("this JVM has no TLS", problem);
            }
        }
        return known;
    }

    private static X509TrustManager roots(Collection<X509Certificate> anchors)
            throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        if (anchors.isEmpty()) {
            factory.init((KeyStore) null);
        } else {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (X509Certificate anchor : anchors) {
                store.setCertificateEntry("anchor-" + number++, anchor);
            }
            factory.init(store);
        }
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager trust) {
                return trust;
            }
        }
        throw new GeneralSecurityException("no trust manager for X.509");
    }

    /** Says yes to everybody. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /**
     * Makes the handshake.
     *
     * @param host whom we mean to talk to: for SNI, and to find the session again
     */
    SSLSocket begin(Socket plain, String host) throws IOException {
        SSLSocket socket =
                (SSLSocket) tools().context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        sni(host).ifPresent(name -> parameters.setServerNames(List.of(name)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** RFC 6066 §3: a name, never an address. */
    private static Optional<SNIHostName> sni(String host) {
        if (isAddress(host)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SNIHostName(host));
        } catch (IllegalArgumentException noSuchName) {
            return Optional.empty();
        }
    }

    private static boolean isAddress(String host) {
        return AddressLiteral.parseAddress(host).isPresent();
    }

    /** Why the other side's certificate does not show that it is {@code host}; empty when it does. */
    Optional<String> doubt(SSLSession session, String host) {
        try {
            if (!(session.getPeerCertificates() instanceof X509Certificate[] chain) || chain.length == 0) {
                return Optional.of("it has no certificate");
            }
            tools().roots.checkServerTrusted(chain, "UNKNOWN");
            return isFor(chain[0], host)
                    ? Optional.empty()
                    : Optional.of("its certificate is for " + names(chain[0]) + ", not for " + host);
        } catch (SSLPeerUnverifiedException none) {
            return Optional.of("it has no certificate");
        } catch (CertificateException problem) {
            return Optional.of("its certificate is not to be trusted: " + reason(problem));
        }
    }

    private static String reason(Throwable problem) {
        Throwable deepest = problem;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String text = String.valueOf(deepest.getMessage());
        return text.contains("unable to find valid certification path") ? "nobody whom we know has signed it" : text;
    }

    /** RFC 9525 §6: the names in subjectAltName and no others. */
    private static boolean isFor(X509Certificate certificate, String host) throws CertificateException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return false;
        }
        boolean address = isAddress(host);
        for (List<?> name : names) {
            if (name.get(0) instanceof Integer kind && name.get(1) instanceof String text) {
                if (address
                        ? kind == IP_ADDRESS && isSameAddress(text, host)
                        : kind == DNS_NAME && matches(text, host)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isSameAddress(String text, String host) {
        return InetAddress.ofLiteral(text).equals(InetAddress.ofLiteral(host));
    }

    /** RFC 9525 §6.3: a star is a whole label, the first one. */
    private static boolean matches(String pattern, String host) {
        String wanted = pattern.toLowerCase(Locale.ROOT);
        String name = host.toLowerCase(Locale.ROOT);
        if (!wanted.startsWith("*.")) {
            return wanted.equals(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && name.substring(dot).equals(wanted.substring(1)) && wanted.indexOf('.', 2) > 0;
    }

    private static String names(X509Certificate certificate) throws CertificateException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        String all = names == null
                ? ""
                : String.join(
                        ", ",
                        names.stream()
                                .limit(5)
                                .map(name -> String.valueOf(name.get(1)))
                                .toList());
        return all.isEmpty() ? "no name" : all;
    }
}
