package org.postern.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.Domain;
import org.postern.smtp.Host;
import org.postern.smtp.Mailbox;

/**
 * The Sender Rewriting Scheme: what is forwarded to outside leaves with a sender of our own domain, else SPF would fail for it there; and
 * what bounces to such a sender finds its way back to the one that it stands for.
 *
 * <pre>
 * ann@example.org           SRS0=hash=time=example.org=ann@ours
 * SRS0=...@forwarder.test   SRS1=hash=forwarder.test==...@ours      (it came through a forwarder before: only that one is told)
 * too long for 64 octets    SRS0=hash=time==name@ours               (the name is kept here: {@link LongSenders})
 * </pre>
 *
 * <p>The hash keeps strangers from making such addresses, and so from relaying through us. Thread-safe.
 */
public final class Srs {
    /** How long a bounce may take; the queues of the world give up after five days or so. */
    static final Duration VALID = Duration.ofDays(21);

    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

    /** Of 32 each: 30 bits, and a wrong guess costs a refused recipient. */
    private static final int HASH = 6;

    private static final int SECRET_OCTETS = 32;

    private static final int DAYS = 1 << 10;
    private static final Pattern OURS = Pattern.compile("(?i)SRS0[=+-]([a-z2-7]{6})=([a-z2-7]{2})=([^=]*)=(.*)");
    private static final Pattern OF_OTHERS = Pattern.compile("(?i)SRS1[=+-][^=]+=([^=]+)=(.*)");
    private static final Pattern THROUGH = Pattern.compile("(?i)SRS1[=+-]([a-z2-7]{6})=([^=]+)=(.*)");

    private final Domain domain;
    private final Path secretFile;
    private final LongSenders longSenders;
    private final Clock clock;
    private byte @Nullable [] secret;

    /** Whom such an address stands for. */
    public sealed interface Meaning {
        /** That one. */
        record Stands(Mailbox sender) implements Meaning {}

        /** Nobody: it is none that we have made, or too old. */
        record Nobody(String why) implements Meaning {}
    }

    /**
     * Senders in {@code domain}, which must be one that we receive for.
     *
     * @param directory where the secret is kept, made at first use
     */
    public Srs(Domain domain, Path directory, Clock clock) {
        this.domain = domain;
        this.secretFile = directory.resolve("secret");
        this.longSenders = new LongSenders(directory);
        this.clock = clock;
    }

    /**
     * The sender by which mail of {@code sender} goes on.
     *
     * @throws IOException when what has to be kept for it can't be
     */
    public Mailbox rewritten(Mailbox sender) throws IOException {
        String local = sender.localPart();
        String host = host(sender.host());
        Matcher through = OF_OTHERS.matcher(local);
        if (through.matches()) {
            // Every forwarder but the first leaves the rest as it is.
            Optional<Mailbox> again = through(through.group(1), through.group(2));
            if (again.isPresent()) {
                return again.get();
            }
        } else if (local.regionMatches(true, 0, "SRS0", 0, 4) && local.length() > 4) {
            Optional<Mailbox> first = through(host, local.substring(4));
            if (first.isPresent()) {
                return first.get();
            }
        }
        long day = day();
        String time = digits(day % DAYS, 2);
        Optional<Mailbox> direct = plain("SRS0=" + hash(time, host, local) + "=" + time + "=" + host + "=" + local);
        if (direct.isPresent()) {
            return direct.get();
        }
        String name = longSenders.keep(sender, day, digits(mac(sender.toString()), 12));
        return new Mailbox("SRS0=" + hash(time, "", name) + "=" + time + "==" + name, domain);
    }

    private Optional<Mailbox> through(String host, String rest) throws IOException {
        return plain("SRS1=" + hash("", host, rest) + "=" + host + "=" + rest);
    }

    /** Where it can be written without quotes, and is short enough. */
    private Optional<Mailbox> plain(String local) {
        return Mailbox.of(local, domain).filter(mailbox -> !mailbox.toString().startsWith("\""));
    }

    private static String host(Host host) {
        return host.toString().toLowerCase(Locale.ROOT);
    }

    /**
     * What {@code mailbox} stands for; empty when it doesn't look like such an address of ours.
     *
     * @throws IOException when what was kept can't be read
     */
    public Optional<Meaning> meaning(Mailbox mailbox) throws IOException {
        if (!domain.equals(mailbox.host())) {
            return Optional.empty();
        }
        Matcher through = THROUGH.matcher(mailbox.localPart());
        if (through.matches()) {
            String host = through.group(2);
            String rest = through.group(3);
            return Optional.of(
                    isHash(through.group(1), "", host, rest)
                            ? stands("SRS0" + rest, host)
                            : new Meaning.Nobody("it is no sender that was written here"));
        }
        Matcher ours = OURS.matcher(mailbox.localPart());
        if (!ours.matches()) {
            return Optional.empty();
        }
        String time = ours.group(2).toLowerCase(Locale.ROOT);
        String host = ours.group(3);
        String local = ours.group(4);
        if (!isHash(ours.group(1), time, host, local)) {
            return Optional.of(new Meaning.Nobody("it is no sender that was written here"));
        }
        long age = Math.floorMod(day() - number(time), DAYS);
        if (age > VALID.toDays()) {
            return Optional.of(
                    new Meaning.Nobody("it was of use until " + VALID.toDays() + " days after it was written"));
        }
        if (host.isEmpty()) {
            return Optional.of(longSenders
                    .find(local, day() - age)
                    .<Meaning>map(Meaning.Stands::new)
                    .orElseGet(() -> new Meaning.Nobody("whom it stands for is not known any more")));
        }
        return Optional.of(stands(local, host));
    }

    private static Meaning stands(String local, String host) {
        return Mailbox.parse("x@" + host)
                .flatMap(place -> Mailbox.of(local, place.host()))
                .<Meaning>map(Meaning.Stands::new)
                .orElseGet(() -> new Meaning.Nobody("it stands for no mailbox"));
    }

    // --- the hash
    // --------------------------------------------------------------------------------------------------------------

    private boolean isHash(String said, String time, String host, String local) throws IOException {
        byte[] wanted = hash(time, host, local).getBytes(UTF_8);
        return MessageDigest.isEqual(said.toLowerCase(Locale.ROOT).getBytes(UTF_8), wanted);
    }

    /** Without regard to case: hosts on the way may change it. */
    private String hash(String time, String host, String local) throws IOException {
        return digits(mac(time + "=" + host + "=" + local), HASH);
    }

    /** 63 bits. */
    private long mac(String text) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret(), "HmacSHA256"));
            byte[] sum = mac.doFinal(text.toLowerCase(Locale.ROOT).getBytes(UTF_8));
            return java.nio.ByteBuffer.wrap(sum).getLong() & Long.MAX_VALUE;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has HmacSHA256", missing);
        }
    }

    /** What only we know. */
    private synchronized byte[] secret() throws IOException {
        byte[] known = secret;
        if (known == null) {
            known = DurableFile.readOrMake(secretFile, SECRET_OCTETS);
            secret = known;
        }
        return known;
    }

    private long day() {
        return Math.floorDiv(
                clock.instant().getEpochSecond(), Duration.ofDays(1).toSeconds());
    }

    private static String digits(long number, int count) {
        var text = new StringBuilder();
        long rest = number;
        for (int i = 0; i < count; i++) {
            text.append(DIGITS.charAt((int) (rest & 31)));
            rest >>= 5;
        }
        return text.reverse().toString();
    }

    private static long number(String digits) {
        return digits.chars().asLongStream().reduce(0, (sum, one) -> sum * 32 + DIGITS.indexOf((int) one));
    }
}
