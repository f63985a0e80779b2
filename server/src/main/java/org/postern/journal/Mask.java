package org.postern.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Hides who somebody is at his domain, in whatever text of an entry his address stands: {@code ann@example.org} becomes
 * {@code ~k3f9a0b2c1d4@example.org}. The same name at the same domain gets the same mask, so who knows the address finds the entry; without
 * the key, which stays on this host, nobody can try names. Functions stay readable: postmaster, abuse, mailer-daemon. Safe for many threads.
 */
final class Mask {
    /** RFC 5322 §3.2.3: an atom's characters, RFC 6531 §3.3: and all beyond ASCII; or RFC 5321 §4.1.2: a quoted string. */
    private static final String LOCAL_PART =
            "(?:[\\w!#$%&'*+/=?^`{|}~.\\-\\x{80}-\\x{10ffff}]+|\"(?:[^\"\\\\]|\\\\.)*\")";

    private static final Pattern ADDRESS = Pattern.compile(
            "(" + LOCAL_PART + ")@((?:[\\w\\-\\x{80}-\\x{10ffff}]+\\.)*[\\w\\-\\x{80}-\\x{10ffff}]+|\\[[^\\]]*\\])");

    private static final Set<String> FUNCTIONS = Set.of("postmaster", "abuse", "mailer-daemon");
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
            byte[] fresh = new byte[32];
            new SecureRandom().nextBytes(fresh);
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(file, fresh, StandardOpenOption.WRITE);
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length < 32) {
            throw new IOException(file + " is no key: remove it, and names are masked by a new one");
        }
        return new Mask(key);
    }

    /** The entry without anybody's name. */
    Entry masked(Entry entry) {
        return changed(entry, this::address);
    }

    /** A word that may be an address, or an address. */
    String masked(String text) {
        return ADDRESS.matcher(text).replaceAll(found -> Matcher.quoteReplacement(address(found.group())));
    }

    private String address(String address) {
        int at = address.lastIndexOf('@');
        String local = address.substring(0, at).toLowerCase(Locale.ROOT);
        String domain = address.substring(at + 1).toLowerCase(Locale.ROOT);
        return FUNCTIONS.contains(local) || local.startsWith("~")
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
        int at = address.lastIndexOf('@');
        return changed(entry, one -> one.equalsIgnoreCase(address) ? "forgotten" + one.substring(at) : one);
    }

    private static Entry changed(Entry entry, UnaryOperator<String> change) {
        JsonNode tree = Codec.tree(entry);
        Set<String> gone = new LinkedHashSet<>();
        UnaryOperator<String> noting = address -> {
            String changed = change.apply(address);
            if (!changed.equals(address)) {
                gone.add(address.substring(0, address.lastIndexOf('@')));
            }
            return changed;
        };
        change((ObjectNode) tree, noting);
        if (!gone.isEmpty()) {
            // Where his mail lies: .../example.org/ann/new
            paths((ObjectNode) tree, gone);
        }
        return Codec.entry(tree);
    }

    private static void change(ObjectNode object, UnaryOperator<String> change) {
        UnaryOperator<String> all = text -> text.indexOf('@') < 0
                ? text
                : ADDRESS.matcher(text).replaceAll(found -> Matcher.quoteReplacement(change.apply(found.group())));
        each(object, all);
    }

    private static void paths(ObjectNode object, Set<String> names) {
        each(object, text -> {
            String changed = text;
            for (String name : names) {
                changed = changed.indexOf('/') < 0
                        ? changed
                        : changed.replaceAll(
                                "(?i)(?<=/)" + Pattern.quote(name) + "(?=/|$|[ ,;])", Matcher.quoteReplacement("~"));
            }
            return changed;
        });
    }

    /** Every text in it, but for what names the message, which is nobody. */
    private static void each(JsonNode node, UnaryOperator<String> change) {
        switch (node) {
            case ObjectNode object ->
                object.propertyNames().stream().toList().forEach(name -> {
                    JsonNode value = object.get(name);
                    if (value instanceof StringNode text) {
                        if (!name.equals("messageId")) {
                            object.put(name, change.apply(text.stringValue()));
                        }
                    } else {
                        each(value, change);
                    }
                });
            case ArrayNode list -> {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof StringNode text) {
                        list.set(i, StringNode.valueOf(change.apply(text.stringValue())));
                    } else {
                        each(list.get(i), change);
                    }
                }
            }
            default -> {}
        }
    }
}
