package org.postern.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Picks the certificate for a handshake: by the name that the client asks for (RFC 6066 §3), else the first configured; among those
 * for one name by the kinds of key that the client takes, which JSSE tries one after the other.
 *
 * <p>The certificates may be exchanged while handshakes go on. JSSE asks first for an alias, then for its key and its chain: the alias
 * is the thumbprint of the certificate, so that key and chain belong together whatever happens between, and those before the last
 * exchange are still found.
 */
final class KeyChoice extends X509ExtendedKeyManager {
    private record Offer(List<Certified> now, List<Certified> before) {}

    private volatile Offer offer;

    /** @param certificates one at least; the first is the default */
    KeyChoice(List<Certified> certificates) {
        this.offer = new Offer(List.copyOf(certificates), List.of());
    }

    /** From now on these, in handshakes that begin. Not for two threads at once. */
    void exchange(List<Certified> certificates) {
        offer = new Offer(List.copyOf(certificates), offer.now());
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
        List<Certified> now = offer.now();
        List<Certified> named = requestedName(session)
                .map(name -> forName(now, name))
                .filter(found -> !found.isEmpty())
                .orElseGet(() -> likeTheFirst(now));
        return named.stream()
                .filter(one -> one.keyType().equals(keyType))
                .findFirst()
                .map(Certified::thumbprint)
                .orElse(null);
    }

    private static Optional<String> requestedName(@Nullable SSLSession session) {
        return session instanceof ExtendedSSLSession extended
                ? extended.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                        .findFirst()
                : Optional.empty();
    }

    /** Of every kind of key: a certificate for another name is no substitute when JSSE happens to try its kind first. */
    private static List<Certified> forName(List<Certified> certificates, String host) {
        return Stream.concat(
                        certificates.stream().filter(one -> one.names(host)),
                        certificates.stream().filter(one -> one.covers(host)))
                .toList();
    }

    /** The default, and those of other kinds of key for a name of it. */
    private static List<Certified> likeTheFirst(List<Certified> certificates) {
        Certified first = certificates.getFirst();
        return certificates.stream()
                .filter(one -> one.equals(first) || !Collections.disjoint(one.names(), first.names()))
                .toList();
    }

    private Optional<Certified> byAlias(@Nullable String alias) {
        Offer all = offer;
        return Stream.concat(all.now().stream(), all.before().stream())
                .filter(one -> one.thumbprint().equals(alias))
                .findFirst();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        return byAlias(alias)
                .map(one -> one.chain().toArray(X509Certificate[]::new))
                .orElse(null);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        return byAlias(alias).map(Certified::key).orElse(null);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return offer.now().stream()
                .filter(one -> one.keyType().equals(keyType))
                .map(Certified::thumbprint)
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
