package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM-SHA-256 as a client: RFC 5802, RFC 7677. One use. The password never leaves, and the server shows that it knows it too.
 *
 * <pre>
 *   first() -> server-first -> last(...) -> server-final -> isServer(...)
 * </pre>
 */
final class Scram {
    /** RFC 7677 §4 wants 4,096 at least; what asks for more than this asks for our time. */
    private static final int MAX_ITERATIONS = 1_000_000;

    private static final String GS2 = "n,,";

    private final Credentials credentials;
    private final String nonce;
    private String firstBare = "";
    private byte[] serverSignature = {};

    Scram(Credentials credentials) {
        this(credentials, nonce());
    }

    Scram(Credentials credentials, String nonce) {
        this.credentials = credentials;
        this.nonce = nonce;
    }

    private static String nonce() {
        byte[] octets = new byte[18];
        new SecureRandom().nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    /** What we begin with. */
    String first() {
        firstBare = "n=" + credentials.user().replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
        return GS2 + firstBare;
    }

    /** What we answer to {@code serverFirst}; empty when that is no honest server's. */
    Optional<String> last(String serverFirst) {
        Map<Character, String> parts = parts(serverFirst);
        String joint = parts.getOrDefault('r', "");
        String iterations = parts.getOrDefault('i', "");
        if (parts.containsKey('m')
                || !joint.startsWith(nonce)
                || joint.length() == nonce.length()
                || !iterations.matches("[1-9][0-9]{0,6}")
                || Integer.parseInt(iterations) > MAX_ITERATIONS) {
            return Optional.empty();
        }
        try {
            byte[] salt = Base64.getDecoder().decode(parts.getOrDefault('s', ""));
            if (salt.length == 0) {
                return Optional.empty();
            }
            String withoutProof = "c=" + Base64.getEncoder().encodeToString(GS2.getBytes(UTF_8)) + ",r=" + joint;
            String message = firstBare + "," + serverFirst + "," + withoutProof;
            return Optional.of(withoutProof + ",p=" + proof(salt, Integer.parseInt(iterations), message));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        } catch (GeneralSecurityException problem) {
            throw new IllegalStateException("this JVM has no HMAC-SHA-256", problem);
        }
    }

    /** RFC 5802 §3. */
    private String proof(byte[] salt, int iterations, String message) throws GeneralSecurityException {
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(credentials.password().toCharArray(), salt, iterations, 256))
                .getEncoded();
        byte[] clientKey = hmac(salted, "Client Key");
        byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
        byte[] signature = hmac(storedKey, message);
        serverSignature = hmac(hmac(salted, "Server Key"), message);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= signature[i];
        }
        return Base64.getEncoder().encodeToString(clientKey);
    }

    /** Whether {@code serverFinal} comes from who knows the password. */
    boolean isServer(String serverFinal) {
        try {
            byte[] said = Base64.getDecoder().decode(parts(serverFinal).getOrDefault('v', ""));
            return serverSignature.length > 0 && MessageDigest.isEqual(said, serverSignature);
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static Map<Character, String> parts(String text) {
        Map<Character, String> parts = new HashMap<>();
        Arrays.stream(text.split(",", -1))
                .filter(part -> part.length() > 1 && part.charAt(1) == '=')
                .forEach(part -> parts.putIfAbsent(part.charAt(0), part.substring(2)));
        return parts;
    }
}
