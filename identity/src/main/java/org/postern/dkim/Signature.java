package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.postern.message.Field;
import org.postern.smtp.Domain;

/**
 * A signature over header and body as a field holds it: {@code DKIM-Signature} (RFC 6376 §3.5) and, with an instance in {@code i=} and
 * without a version, {@code ARC-Message-Signature} (RFC 8617 §4.1.2).
 *
 * @param value of {@code b=}
 * @param bodyHash {@code bh=}
 * @param domain {@code d=}, in lower case, A-labels
 * @param identity {@code i=} as it is written; of DKIM only
 * @param names {@code h=}, in its order and its case
 * @param bodyLimit {@code l=}: how many octets of the body are signed; empty for all
 * @param signedAt {@code t=}, in seconds since 1970
 * @param expires {@code x=}, in seconds since 1970
 */
public record Signature(
        Algorithm algorithm,
        Octets value,
        Octets bodyHash,
        Form headerForm,
        Form bodyForm,
        String domain,
        String selector,
        Optional<String> identity,
        List<String> names,
        OptionalLong bodyLimit,
        OptionalLong signedAt,
        OptionalLong expires) {
    /** The field's name. */
    public static final String FIELD = "DKIM-Signature";

    /** More names than any sender signs. */
    static final int MAX_NAMES = 500;

    /** 18 digits are some time after the sun's. */
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    public Signature {
        names = List.copyOf(names);
    }

    /** Which signature. */
    public enum Kind {
        /** {@code DKIM-Signature}. */
        DKIM,
        /** {@code ARC-Message-Signature}. */
        ARC
    }

    /** Why a field is no signature that could be verified. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String why) {
            super(why, null, false, false);
        }
    }

    /** Reads a field. @throws Unreadable with the reason, a clause */
    static Signature read(Field field, Kind kind) throws Unreadable {
        TagList tags = TagList.parse(value(field)).orElseThrow(() -> new Unreadable("its tags can't be read"));
        if (kind == Kind.DKIM && !required(tags, "v").equals("1")) {
            throw new Unreadable("its version is not 1");
        }
        String algorithm = required(tags, "a");
        String domain = domain(required(tags, "d"));
        String[] forms = tags.value("c").orElse("simple/simple").split("/", -1);
        if (forms.length > 2) {
            throw new Unreadable("c= makes no sense");
        }
        Optional<String> identity = kind == Kind.DKIM ? tags.compact("i") : Optional.empty();
        if (identity.isPresent() && !isWithin(identity.get(), domain)) {
            throw new Unreadable("i= is not within d=");
        }
        // RFC 6376 §3.5: unknown methods are ignored; when none is known, so is the signature.
        if (tags.compact("q")
                .filter(methods -> !Arrays.asList(methods.split(":")).contains("dns/txt"))
                .isPresent()) {
            throw new Unreadable("its key is not in DNS");
        }
        OptionalLong signedAt = number(tags, "t");
        OptionalLong expires = number(tags, "x");
        if (signedAt.isPresent() && expires.isPresent() && expires.getAsLong() <= signedAt.getAsLong()) {
            throw new Unreadable("it expires before it was made");
        }
        return new Signature(
                Algorithm.of(algorithm).orElseThrow(() -> new Unreadable("nobody knows a=" + shortened(algorithm))),
                base64(tags, "b"),
                base64(tags, "bh"),
                form(forms[0]),
                // §3.5: one word is the header's.
                forms.length == 2 ? form(forms[1]) : Form.SIMPLE,
                domain,
                selector(required(tags, "s"), domain),
                identity,
                names(tags, kind),
                number(tags, "l"),
                signedAt,
                expires);
    }

    static String value(Field field) {
        String text = new String(field.toBytes(), ISO_8859_1);
        return text.substring(text.indexOf(':') + 1);
    }

    private static String required(TagList tags, String tag) throws Unreadable {
        String value = tags.compact(tag).orElseThrow(() -> new Unreadable(tag + "= is missing"));
        if (value.isEmpty()) {
            throw new Unreadable(tag + "= is empty");
        }
        return value;
    }

    private static String domain(String text) throws Unreadable {
        return Domain.parse(text).map(Domain::canonical).orElseThrow(() -> new Unreadable("d= is no domain"));
    }

    private static String selector(String text, String domain) throws Unreadable {
        if (KeySearch.name(domain, text).isEmpty()) {
            throw new Unreadable("s= is no selector");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    /** §3.5, {@code i=}: the same domain, or one below it. */
    private static boolean isWithin(String identity, String domain) {
        return domainOf(identity)
                .filter(one -> one.equals(domain) || one.endsWith("." + domain))
                .isPresent();
    }

    static Optional<String> domainOf(String identity) {
        int at = identity.lastIndexOf('@');
        return at < 0
                ? Optional.empty()
                : Domain.parse(utf8(identity.substring(at + 1))).map(Domain::canonical);
    }

    /** RFC 8616 §3: U-labels are allowed there. */
    private static String utf8(String octets) {
        return new String(octets.getBytes(ISO_8859_1), UTF_8);
    }

    private static Form form(String word) throws Unreadable {
        return Form.of(word).orElseThrow(() -> new Unreadable("c= makes no sense"));
    }

    private static OptionalLong number(TagList tags, String tag) throws Unreadable {
        Optional<String> text = tags.compact(tag);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!NUMBER.matcher(text.get()).matches()) {
            throw new Unreadable(tag + "= is no number");
        }
        return OptionalLong.of(Long.parseLong(text.get()));
    }

    private static Octets base64(TagList tags, String tag) throws Unreadable {
        try {
            return Octets.of(Base64.getDecoder().decode(required(tags, tag).getBytes(ISO_8859_1)));
        } catch (IllegalArgumentException odd) {
            throw new Unreadable(tag + "= is no base64");
        }
    }

    private static List<String> names(TagList tags, Kind kind) throws Unreadable {
        var names = new ArrayList<String>();
        for (String name : required(tags, "h").split(":", -1)) {
            if (names.size() == MAX_NAMES) {
                throw new Unreadable("it signs more than " + MAX_NAMES + " fields");
            }
            names.add(name);
        }
        // §5.4: From must be signed. RFC 8617 §4.1.2: the seal signs the rest of the set.
        if (kind == Kind.DKIM && names.stream().noneMatch(name -> name.equalsIgnoreCase("From"))) {
            throw new Unreadable("it does not sign From");
        }
        if (kind == Kind.ARC && names.stream().anyMatch(name -> name.equalsIgnoreCase("ARC-Seal"))) {
            throw new Unreadable("it signs a seal");
        }
        return names;
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }
}
