package org.postern.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Where a certificate and its key are; both may be in one file.
 *
 * @param cert PEM: the host's certificate first, then those that lead to its authority
 * @param key PEM: PKCS#8, or the older forms of EC and RSA keys; not encrypted
 */
public record CertificateFiles(Path cert, Path key) {
    /** What tells that the files are no longer those that were read; costs no reading. */
    String fingerprint() {
        return fingerprint(cert) + " " + fingerprint(key);
    }

    private static String fingerprint(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.fileKey() + " " + attributes.size() + " " + attributes.lastModifiedTime();
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
