package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import org.postern.message.Field;
import org.postern.message.Header;

/**
 * Signs a message while it streams by, RFC 6376 §5: begun when the header is known, before the body comes by. Each key makes a field of its
 * own (RFC 8463 §3: both kinds, for verifiers that know one only). For one thread.
 */
public final class Signing {
    /**
     * Signed wherever they are, RFC 6376 §5.4.1; and once more than they are, so that none can be added behind the signer's back (§5.4,
     * §8.15).
     */
    private static final Set<String> ONCE_MORE = Set.of(
            "from",
            "sender",
            "reply-to",
            "subject",
            "date",
            "message-id",
            "to",
            "cc",
            "mime-version",
            "content-type",
            "content-transfer-encoding");

    /** Signed wherever they are; lists and who sends on may add some of their own. */
    private static final Set<String> AS_THEY_ARE = Set.of(
            "in-reply-to",
            "references",
            "content-id",
            "content-description",
            "resent-date",
            "resent-from",
            "resent-to",
            "resent-cc",
            "resent-message-id",
            "list-id",
            "list-help",
            "list-unsubscribe",
            "list-unsubscribe-post",
            "list-subscribe",
            "list-post",
            "list-owner",
            "list-archive",
            "auto-submitted",
            "feedback-id");

    /** RFC 5322 §2.1.1. */
    private static final int LINE = 76;

    private final String start;
    private final Header header;
    private final Style style;
    private final List<SigningKey> keys;
    private final BodyHash body;
    private final Instant now;

    private Signing(String start, Header header, Style style, List<SigningKey> keys, BodyHash body, Instant now) {
        this.start = start;
        this.header = header;
        this.style = style;
        this.keys = List.copyOf(keys);
        this.body = body;
        this.now = now;
    }

    /** How header and body are made comparable. */
    public record Style(Form header, Form body) {
        /** What survives most ways. */
        public static final Style USUAL = new Style(Form.RELAXED, Form.RELAXED);

        /** As in {@code c=}. */
        public String tag() {
            return header.word() + "/" + body.word();
        }
    }

    /** Begins, before the first octet of {@code body}, which is of the message as it leaves. */
    public static Signing begin(Header header, Body body, Style style, List<SigningKey> keys, Instant now) {
        return new Signing(
                Signature.FIELD + ": v=1", header, style, keys, body.wanted(style.body(), OptionalLong.empty()), now);
    }

    /**
     * Begins to make an {@code ARC-Message-Signature}, RFC 8617 §4.1.2: the same with an instance and without a version.
     *
     * @param instance from 1 on
     */
    public static Signing beginArc(int instance, Header header, Body body, SigningKey key, Instant now) {
        return new Signing(
                "ARC-Message-Signature: i=" + instance,
                header,
                Style.USUAL,
                List.of(key),
                body.wanted(Style.USUAL.body(), OptionalLong.empty()),
                now);
    }

    /**
     * The fields, a {@code DKIM-Signature} for each key, CRLF line ends; to be put before the message. When all of the body has gone by.
     *
     * @throws InvalidKeyException when a key does not do
     */
    public String fields() throws InvalidKeyException {
        List<String> names = names(header);
        byte[] selected = SignedHeader.selected(header.fields(), names, style.header());
        var fields = new StringBuilder();
        for (SigningKey key : keys) {
            String begun = start + "; a=" + key.algorithm().tag() + "; c=" + style.tag() + "; d="
                    + key.domain().canonical() + ";\r\n s=" + key.selector() + "; t=" + now.getEpochSecond() + ";\r\n"
                    + list(" h=", names) + ";\r\n bh=" + Base64.getEncoder().encodeToString(body.digest())
                    + ";\r\n b=";
            fields.append(begun)
                    .append(folded(value(key, selected, begun, style.header())))
                    .append("\r\n");
        }
        return fields.toString();
    }

    private static byte[] value(SigningKey key, byte[] selected, String begun, Form form) throws InvalidKeyException {
        var octets = new ByteArrayOutputStream();
        octets.writeBytes(selected);
        octets.writeBytes(SignedHeader.ofSignature(begun.getBytes(ISO_8859_1), form));
        return key.sign(octets.toByteArray());
    }

    /** What of {@code header} is signed, in its order from the bottom up, and then once more what may not be added. */
    static List<String> names(Header header) {
        var names = new ArrayList<String>();
        for (Field field : header.fields()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if ((ONCE_MORE.contains(name) || AS_THEY_ARE.contains(name)) && names.size() < Signature.MAX_NAMES / 2) {
                names.add(name);
            }
        }
        ONCE_MORE.stream().sorted().forEach(names::add);
        return names;
    }

    /** {@code names} with colons between, folded between names. */
    static String list(String start, List<String> names) {
        var text = new StringBuilder(start);
        int line = start.length();
        for (int i = 0; i < names.size(); i++) {
            String next = names.get(i) + (i + 1 < names.size() ? ":" : "");
            if (line + next.length() > LINE) {
                text.append("\r\n  ");
                line = 2;
            }
            text.append(next);
            line += next.length();
        }
        return text.toString();
    }

    /** Base64, folded. */
    public static String folded(byte[] octets) {
        String base64 = Base64.getEncoder().encodeToString(octets);
        var text = new StringBuilder();
        for (int at = 0; at < base64.length(); at += LINE - 4) {
            text.append(at == 0 ? "" : "\r\n  ").append(base64, at, Math.min(base64.length(), at + LINE - 4));
        }
        return text.toString();
    }
}
