package org.postern.dkim;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.postern.dns.TestZone;
import org.postern.smtp.Domain;

/** Keys of example.org: RSA with 2048 bits under the selector {@code r}, Ed25519 under {@code e}. */
record TestKeys(KeyPair rsa, KeyPair ed25519) {
    private static final Domain DOMAIN = new Domain("example.org");

    static TestKeys make() throws GeneralSecurityException {
        return new TestKeys(rsa(2_048), KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    }

    static KeyPair rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(bits);
        return keys.generateKeyPair();
    }

    SigningKey signingRsa() {
        return new SigningKey(DOMAIN, "r", rsa.getPrivate());
    }

    SigningKey signingEd25519() {
        return new SigningKey(DOMAIN, "e", ed25519.getPrivate());
    }

    List<SigningKey> both() {
        return List.of(signingRsa(), signingEd25519());
    }

    /** {@code p=} of the RSA key. */
    String rsaP() {
        return Base64.getEncoder().encodeToString(rsa.getPublic().getEncoded());
    }

    /** {@code p=} of the other one: RFC 8463 §4.2, the bare 32 octets. */
    String ed25519P() {
        byte[] der = ed25519.getPublic().getEncoded();
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(der, der.length - 32, der.length));
    }

    /** Both records. */
    TestZone zone() {
        return new TestZone(txt("r", "v=DKIM1; k=rsa; p=" + rsaP()) + txt("e", "v=DKIM1; k=ed25519; p=" + ed25519P()));
    }

    /** A line of a zone: a record of example.org's, in strings of at most 200 octets (RFC 6376 §3.6.2.2). */
    static String txt(String selector, String record) {
        var line = new StringBuilder(selector + "._domainkey.example.org. TXT");
        for (int at = 0; at == 0 || at < record.length(); at += 200) {
            line.append(" \"")
                    .append(record.substring(at, Math.min(record.length(), at + 200))
                            .replace("\\", "\\\\")
                            .replace("\"", "\\\""))
                    .append('"');
        }
        return line.append('\n').toString();
    }

    /** As {@code others.py} reads them. */
    void write(Path directory) throws IOException {
        Files.writeString(directory.resolve("rsa.pem"), pem(rsa.getPrivate()), US_ASCII);
        Files.writeString(directory.resolve("ed25519.pem"), pem(ed25519.getPrivate()), US_ASCII);
        Files.writeString(directory.resolve("keys"), """
            r._domainkey.example.org v=DKIM1; k=rsa; p=%s
            e._domainkey.example.org v=DKIM1; k=ed25519; p=%s
            """.formatted(rsaP(), ed25519P()), US_ASCII);
    }

    private static String pem(PrivateKey key) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }
}
