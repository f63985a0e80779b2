package org.postern.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hides who somebody is at his domain, in whatever text of an entry his address stands: {@code ann@example.org} becomes
 * {@code ~k3f9a0b2c1d4@example.org}. The same name at the same domain gets the same mask, so who knows the address finds the entry; without
 * the key, which stays on this host, nobody can try names. Functions stay readable: postmaster, abuse, mailer-daemon. Safe for many threads.
 */
final class Mask {
    private static final Set<String> FUNCTIONS = Set.of("postmaster", "abuse", "mailer-daemon");
    private static final Pattern MASK = Pattern.compile("~[a-z2-7]{12}");

    /** What somebody says in these may name him by his local part alone. */
    private static final Set<String> WORDS = Set.of("reply", "text");

    private static final Pattern CODES = Pattern.compile("[2-5]\\d\\d([ -][2-5]\\.\\d{1,3}\\.\\d{1,3})?");
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LETTERS = 12;

    private final SecretKeySpec key;

    private Mask(byte[] key) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /** Where a journal's key is. */
    static Path key(Path directory) {
        return directory.resolve("mask.key");
    }

    /** With the key in {@code file}, which is made where there is none. */
    static Mask of(Path file) throws IOException {
        if (!Files.exists(file)) {
            make(file);
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length < 32) {
            throw new IOException(file + " is no key: remove it, and names are masked by a new one");
        }
        return new Mask(key);
    }

    /** All at once: half a key would keep the journal closed. */
    private static void make(Path file) throws IOException {
        byte[] fresh = new byte[32];
        new SecureRandom().nextBytes(fresh);
        Path directory = file.toAbsolutePath().getParent();
        Store.make(directory);
        Path half = Files.createTempFile(
                directory,
                "mask",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(half, fresh);
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The one of a journal, by which it is masked or has been; empty when it never was. */
    static Optional<Mask> known(Path directory) throws IOException {
        Path file = key(directory);
        return Files.exists(file) ? Optional.of(of(file)) : Optional.empty();
    }

    /** The entry without anybody's name. */
    Entry masked(Entry entry) {
        return changed(entry, this::address);
    }

    /** A word that may be an address, or an address. */
    String masked(String text) {
        return Addresses.change(text, this::address);
    }

    private String address(String address) {
        int at = address.lastIndexOf('@');
        String local = address.substring(0, at).toLowerCase(Locale.ROOT);
        String domain = address.substring(at + 1).toLowerCase(Locale.ROOT);
        return FUNCTIONS.contains(local) || MASK.matcher(local).matches()
                ? address
                : "~" + hash(local + "@" + domain) + address.substring(at);
    }

    private String hash(String address) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            byte[] digest = mac.doFinal(address.getBytes(UTF_8));
            var letters = new StringBuilder();
            for (int i = 0; i < LETTERS; i++) {
                letters.append(ALPHABET.charAt(digest[i] & 31));
            }
            return letters.toString();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // --- forgetting
    // ------------------------------------------------------------------------------------------------------------

    /** The entry without that address, wherever it stands in it: its domain stays. */
    static Entry without(String address, Entry entry) {
        String domain = address.substring(address.lastIndexOf('@'));
        return changed(entry, one -> {
            int start = one.length() - address.length();
            return isAt(one, start, address) ? one.substring(0, start) + "forgotten" + domain : one;
        });
    }

    /** Whether it is that address, or ends with it behind something that ends before: {@code to=ann@example.org}. */
    private static boolean isAt(String found, int start, String address) {
        return found.regionMatches(true, start, address, 0, address.length())
                && (start == 0 || "=/'`{|*".indexOf(found.charAt(start - 1)) >= 0);
    }

    private static Entry changed(Entry entry, UnaryOperator<String> change) {
        var texts = new Texts(entry);
        Set<String> gone = new LinkedHashSet<>();
        texts.each((_, text) -> Addresses.change(text, address -> {
            String changed = change.apply(address);
            if (!changed.equals(address)) {
                gone.add(name(address));
            }
            return changed;
        }));
        for (String name : gone) {
            texts.each((member, text) -> named(member, text, name));
        }
        return gone.isEmpty() ? entry : texts.entry();
    }

    /** As a local part names a directory: without quotes. */
    private static String name(String address) {
        String local = address.substring(0, address.lastIndexOf('@'));
        return local.length() > 1 && local.startsWith("\"")
                ? local.substring(1, local.length() - 1).replaceAll("\\\\(.)", "$1")
                : local;
    }

    /** Without a name where it stands alone: where his mail lies, {@code .../example.org/ann/new}, or who a host says that it doesn't know. */
    private static String named(String member, String text, String name) {
        boolean isSaid = WORDS.contains(member);
        if (!isSaid && text.indexOf('/') < 0) {
            return text;
        }
        // What a reply begins with are its codes.
        int from = isSaid ? codes(text) : 0;
        var changed = new StringBuilder(text.length());
        int done = 0;
        for (int at = from; at <= text.length() - name.length(); at++) {
            if (text.regionMatches(true, at, name, 0, name.length())
                    && isBorder(text, at - 1, isSaid)
                    && isBorder(text, at + name.length(), isSaid)
                    && !name.isEmpty()) {
                changed.append(text, done, at).append('~');
                done = at + name.length();
                at = done - 1;
            }
        }
        return changed.append(text, done, text.length()).toString();
    }

    private static int codes(String text) {
        Matcher codes = CODES.matcher(text);
        return codes.lookingAt() ? codes.end() : 0;
    }

    /** In a path a name goes from slash to slash; in words, from what is no part of words to what is none. */
    private static boolean isBorder(String text, int place, boolean isSaid) {
        if (place < 0 || place >= text.length()) {
            return isSaid || place >= 0;
        }
        char c = text.charAt(place);
        return isSaid ? !Addresses.isLetterOrDigit(c) && "-_@~".indexOf(c) < 0 : "/ ,;".indexOf(c) >= 0;
    }
}
