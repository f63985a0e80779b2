package org.postern.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.dkim.Algorithm;
import org.postern.dkim.KeySearch;
import org.postern.route.DurableFile;
import org.postern.smtp.Domain;

/**
 * The keys that {@code postern dkim new} made, in a directory of ours: {@code DOMAIN/SELECTOR.pem} the private key, {@code .pub} the public one,
 * and {@code .stands} since when its record was seen in DNS.
 *
 * @param directory made when the first key is
 */
public record MadeKeys(Path directory) {
    /** RFC 8301 §3.2: all verifiers take it, and its text fits into two strings of a TXT record. */
    private static final int RSA_BITS = 2_048;

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyMMdd", Locale.ROOT);
    private static final String PRIVATE = ".pem";
    private static final String PUBLIC = ".pub";
    private static final String STANDS = ".stands";

    private static final FileAttribute<?> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** Whether the names of its keys' records are no longer than names may be. */
    public static boolean canHaveKeys(Domain domain) {
        return KeySearch.name(domain.canonical(), "p000000ar").isPresent();
    }

    /** All, by domain and in the order in which they were made, of a pair RSA first. @throws IOException when they can't be read */
    public List<MadeKey> all() throws IOException {
        var keys = new ArrayList<MadeKey>();
        if (!Files.isDirectory(directory)) {
            return keys;
        }
        try (DirectoryStream<Path> domains = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path one : domains) {
                Optional<Domain> domain = Domain.parse(one.getFileName().toString());
                if (domain.isPresent()) {
                    add(domain.get(), one, keys);
                }
            }
        }
        keys.sort(Comparator.comparing((MadeKey key) -> key.file().domain().canonical())
                .thenComparing(MadeKeys::pair)
                .thenComparing(MadeKey::algorithm));
        return keys;
    }

    private static String pair(MadeKey key) {
        String selector = key.file().selector();
        return selector.substring(0, Math.max(0, selector.length() - 1));
    }

    private static void add(Domain domain, Path directory, List<MadeKey> keys) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + PRIVATE)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String selector = name.substring(0, name.length() - PRIVATE.length());
                keys.add(read(new KeyFile(domain, selector, file)));
            }
        }
    }

    private static MadeKey read(KeyFile file) throws IOException {
        Path path = beside(file, PUBLIC);
        try {
            byte[] der = Base64.getMimeDecoder().decode(Files.readString(path, US_ASCII));
            Algorithm algorithm = file.selector().endsWith("r") ? Algorithm.RSA_SHA256 : Algorithm.ED25519_SHA256;
            PublicKey key = KeyFactory.getInstance(algorithm == Algorithm.RSA_SHA256 ? "RSA" : "Ed25519")
                    .generatePublic(new X509EncodedKeySpec(der));
            return new MadeKey(file, algorithm, key, stands(file));
        } catch (GeneralSecurityException | IllegalArgumentException odd) {
            throw new IOException(path + " holds no public key: " + odd.getMessage(), odd);
        }
    }

    private static Optional<Instant> stands(KeyFile file) throws IOException {
        try {
            return Optional.of(Instant.parse(
                    Files.readString(beside(file, STANDS), US_ASCII).strip()));
        } catch (NoSuchFileException not) {
            return Optional.empty();
        } catch (DateTimeParseException odd) {
            throw new IOException(beside(file, STANDS) + " holds no time: " + odd.getMessage(), odd);
        }
    }

    private static Path beside(KeyFile file, String suffix) {
        return file.file().resolveSibling(file.selector() + suffix);
    }

    /** Notes since when its record stands, or that it does not. */
    MadeKey note(MadeKey key, Optional<Instant> since) throws IOException {
        Path file = beside(key.file(), STANDS);
        if (since.isPresent()) {
            DurableFile.replace(file, since.get() + "\n");
        } else {
            Files.deleteIfExists(file);
        }
        return key.standing(since);
    }

    /**
     * Makes two keys for {@code domain}, one of each kind: for verifiers that know one only (RFC 8463 §3).
     *
     * @throws IOException when they can't be written
     */
    public List<MadeKey> make(Domain domain, LocalDate today) throws IOException {
        Path own = directory.resolve(domain.canonical());
        Files.createDirectories(own, OURS_ALONE);
        String day = "p" + DAY.format(today);
        char letter = 'a';
        while (Files.exists(own.resolve(day + letter + "r" + PRIVATE))) {
            if (letter == 'z') {
                throw new IOException("26 pairs of keys for " + domain + " were made today already");
            }
            letter++;
        }
        try {
            KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
            rsa.initialize(RSA_BITS);
            KeyPairGenerator ed25519 = KeyPairGenerator.getInstance("Ed25519");
            return List.of(
                    keep(
                            new KeyFile(domain, day + letter + "r", own.resolve(day + letter + "r" + PRIVATE)),
                            rsa.generateKeyPair()),
                    keep(
                            new KeyFile(domain, day + letter + "e", own.resolve(day + letter + "e" + PRIVATE)),
                            ed25519.generateKeyPair()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static MadeKey keep(KeyFile file, KeyPair pair) throws IOException {
        // The public one first: where there is a private one, it is there.
        DurableFile.replace(beside(file, PUBLIC), base64(pair.getPublic().getEncoded()));
        DurableFile.replace(
                file.file(),
                "-----BEGIN PRIVATE KEY-----\n" + base64(pair.getPrivate().getEncoded())
                        + "-----END PRIVATE KEY-----\n");
        return read(file);
    }

    private static String base64(byte[] octets) {
        return Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets) + "\n";
    }
}
