package org.postern.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One block of a PEM file, RFC 7468.
 *
 * <p>Read here and not by BouncyCastle, whose signed jars the JVM verifies as it loads them and never keeps in its AOT cache: that
 * cost 0.5 s at each start.
 *
 * @param label as {@code CERTIFICATE}
 * @param body its lines in one, not yet decoded
 */
record Pem(String label, String body) {
    private static final int MAX_FILE_BYTES = 1 << 20;
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----");

    /** The blocks of a file, in their order; what stands between them is skipped. */
    static List<Pem> blocks(Path file) throws CertificateProblem {
        var blocks = new ArrayList<Pem>();
        @Nullable String label = null;
        var body = new StringBuilder();
        for (String line : text(file).lines().map(String::strip).toList()) {
            Matcher begin = BEGIN.matcher(line);
            if (begin.matches()) {
                requireEnded(file, label);
                label = begin.group(1);
                body.setLength(0);
            } else if (label != null && line.equals("-----END " + label + "-----")) {
                blocks.add(new Pem(label, body.toString()));
                label = null;
            } else {
                body.append(line);
            }
        }
        requireEnded(file, label);
        return blocks;
    }

    private static void requireEnded(Path file, @Nullable String label) throws CertificateProblem {
        if (label != null) {
            throw new CertificateProblem(
                    file, "is cut short: a BEGIN " + label + " has no END", "copy the whole file there again");
        }
    }

    private static String text(Path file) throws CertificateProblem {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new CertificateProblem(
                        file,
                        "is larger than 1 MiB",
                        "name a PEM file with one chain, or one key, in tls.certificates");
            }
            return new String(bytes, ISO_8859_1);
        } catch (CertificateProblem tooLarge) {
            throw tooLarge;
        } catch (NoSuchFileException missing) {
            throw new CertificateProblem(
                    file, "is not there", "put it there, or mend the path in tls.certificates", missing);
        } catch (AccessDeniedException denied) {
            throw new CertificateProblem(
                    file, "may not be read", "let the user that Postern runs as read it and its directories", denied);
        } catch (IOException problem) {
            throw new CertificateProblem(
                    file,
                    "can't be read (" + problem.getMessage() + ")",
                    "name a PEM file in tls.certificates",
                    problem);
        }
    }

    /** Whether a pass phrase is needed: PKCS#8's form (RFC 7468 §11) or the older one (RFC 1421 §4.6.1.1). */
    boolean isEncrypted() {
        return label.equals("ENCRYPTED PRIVATE KEY") || body.contains("Proc-Type: 4,ENCRYPTED");
    }

    /** @throws IllegalArgumentException when it is not base64 */
    byte[] der() {
        return Base64.getDecoder().decode(body.replaceAll("[ \t]", ""));
    }

    /** As it stands in a file. */
    static String write(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }
}
