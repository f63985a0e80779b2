package org.postern.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Picks the certificate for a handshake: by the name that the client asks for (RFC 6066 §3), else the first; of the kind of key that
 * the client can take. The certificates may be exchanged while handshakes go on: an alias names one of a set that is never changed.
 */
final class KeyChoice extends X509ExtendedKeyManager {
    private volatile List<Certified> certificates;

    KeyChoice(List<Certified> certificates) {
        this.certificates = List.copyOf(certificates);
    }

    void exchange(List<Certified> others) {
        certificates = List.copyOf(others);
    }

    List<Certified> certificates() {
        return certificates;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(keyType, socket instanceof SSLSocket ssl ? ssl.getHandshakeSession() : null);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return choose(keyType, engine == null ? null : engine.getHandshakeSession());
    }

    private @Nullable String choose(String keyType, @Nullable SSLSession session) {
        List<Certified> now = certificates;
        List<Certified> fitting = now.stream()
                .filter(one -> fits(keyType, one.key().getAlgorithm()))
                .toList();
        return requestedNames(session)
                .flatMap(name -> fitting.stream().filter(one -> one.covers(name)))
                .findFirst()
                .or(() -> fitting.stream().findFirst())
                .map(KeyChoice::alias)
                .orElse(null);
    }

    /** JSSE asks for EC, RSA, RSASSA-PSS, or TLS 1.2's EC_EC, DHE_RSA and the like. */
    private static boolean fits(String keyType, String algorithm) {
        return keyType.equals(algorithm)
                || keyType.endsWith("_" + algorithm)
                || (keyType.startsWith("EC") && algorithm.equals("EC") && !keyType.endsWith("RSA"))
                || (keyType.equals("RSASSA-PSS") && algorithm.equals("RSA"));
    }

    private static Stream<String> requestedNames(@Nullable SSLSession session) {
        return session instanceof ExtendedSSLSession extended
                ? extended.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName())
                : Stream.empty();
    }

    private static String alias(Certified one) {
        return one.files().cert() + "#" + one.chain().getFirst().getSerialNumber();
    }

    private @Nullable Certified byAlias(@Nullable String alias) {
        return certificates.stream()
                .filter(one -> alias(one).equals(alias))
                .findFirst()
                .orElse(null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        Certified one = byAlias(alias);
        return one == null ? null : one.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        Certified one = byAlias(alias);
        return one == null ? null : one.key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return certificates.stream()
                .filter(one -> fits(keyType, one.key().getAlgorithm()))
                .map(KeyChoice::alias)
                .toArray(String[]::new);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
