package org.postern.dmarc;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.postern.dkim.TagList;

/**
 * A DMARC policy record, RFC 9989 §4.7. What is not understood in it counts as not said (§4.8); {@code pct}, {@code rf} and {@code ri} of
 * RFC 7489 are history (§9.3).
 *
 * @param requests what is asked for; empty when that can't be understood and nobody is named to be told: then DMARC does not apply
 *     (§4.10.1)
 * @param suffix whether the domain is a public suffix
 * @param isInTest whether what is asked for is only tried: {@code t=y}
 * @param dkim how near a signature's domain must be
 * @param spf how near the domain of MAIL FROM must be
 * @param rua who gets aggregate reports: URIs, as they are written
 * @param ruf who gets failure reports
 * @param failures which of these; the default, without {@code ruf} always
 */
public record DmarcRecord(
        Optional<Requests> requests,
        Suffix suffix,
        boolean isInTest,
        Mode dkim,
        Mode spf,
        List<String> rua,
        List<String> ruf,
        Set<Failures> failures) {
    private static final Set<String> TAGS =
            Set.of("v", "p", "sp", "np", "psd", "t", "adkim", "aspf", "rua", "ruf", "fo");

    /** {@code psd}. */
    public enum Suffix {
        /** A public suffix: organisations are one label below. */
        YES,
        /** An organisation's own domain. */
        NO,
        /** Nothing is said. */
        UNSAID
    }

    /** {@code adkim}, {@code aspf}. */
    public enum Mode {
        /** Of the same organisation. */
        RELAXED,
        /** The same domain. */
        STRICT
    }

    /** {@code fo}: when a failure report is asked for. */
    public enum Failures {
        /** When nothing passes aligned. */
        ALL_FAIL("0"),
        /** When something doesn't. */
        ANY_FAILS("1"),
        /** When a signature fails. */
        DKIM_FAILS("d"),
        /** When SPF fails. */
        SPF_FAILS("s");

        private final String word;

        Failures(String word) {
            this.word = word;
        }
    }

    /**
     * {@code p}, {@code sp} and {@code np}.
     *
     * @param own for the domain itself, and below it where nothing else is said
     * @param below for subdomains
     * @param nonexistent for subdomains that do not exist
     */
    public record Requests(Disposition own, Optional<Disposition> below, Optional<Disposition> nonexistent) {
        private static final Requests NOTHING = new Requests(Disposition.NONE, Optional.empty(), Optional.empty());

        Disposition existing() {
            return below.orElse(own);
        }

        Disposition missing() {
            return nonexistent.orElseGet(this::existing);
        }
    }

    /** @throws IllegalArgumentException when nothing is asked for and somebody named to be told so */
    public DmarcRecord {
        rua = List.copyOf(rua);
        ruf = List.copyOf(ruf);
        failures = Set.copyOf(failures);
        if (requests.isEmpty() && !rua.isEmpty()) {
            throw new IllegalArgumentException("whoever gets reports asks for something");
        }
    }

    /**
     * Reads the text of a TXT record. Linear in time.
     *
     * @param text a character for each octet
     * @return empty when it is no DMARC record: its first tag isn't {@code v=DMARC1}
     */
    public static Optional<DmarcRecord> parse(String text) {
        return understood(text).filter(tags -> tags.beginsWith("v", "DMARC1")).map(DmarcRecord::of);
    }

    /**
     * The tags that are known, names in lower case as in the grammar (RFC 5234 §2.3). What RFC 6376 §3.2 voids the whole list for (a tag that
     * stands there twice, or makes no sense) has an empty value here, which no tag's rule takes.
     */
    private static Optional<TagList> understood(String text) {
        var specs = new LinkedHashMap<String, String>();
        boolean isFirst = true;
        for (String spec : text.split(";", -1)) {
            int equals = spec.indexOf('=');
            String name = equals < 0 ? "" : spec.substring(0, equals).strip().toLowerCase(Locale.ROOT);
            if (isFirst && !name.equals("v")) {
                return Optional.empty();
            }
            isFirst = false;
            if (TAGS.contains(name)) {
                String value = spec.substring(equals + 1);
                boolean isSound = !specs.containsKey(name)
                        && TagList.parse(name + "=" + value).isPresent();
                specs.put(name, isSound ? value : "");
            }
        }
        var list = new StringBuilder();
        specs.forEach(
                (name, value) -> list.append(name).append('=').append(value).append(';'));
        return TagList.parse(list.toString());
    }

    private static DmarcRecord of(TagList tags) {
        List<String> rua = uris(tags, "rua");
        List<String> ruf = uris(tags, "ruf");
        return new DmarcRecord(
                requests(tags, rua),
                suffix(tags),
                tags.value("t").filter("y"::equalsIgnoreCase).isPresent(),
                mode(tags, "adkim"),
                mode(tags, "aspf"),
                rua,
                ruf,
                ruf.isEmpty() ? Set.of(Failures.ALL_FAIL) : failures(tags));
    }

    /** §4.7: without {@code p} none is meant. §4.10.1: the same when one makes no sense, but only where somebody can be told. */
    private static Optional<Requests> requests(TagList tags, List<String> rua) {
        for (String tag : List.of("p", "sp", "np")) {
            if (tags.value(tag).isPresent() && disposition(tags, tag).isEmpty()) {
                return rua.isEmpty() ? Optional.empty() : Optional.of(Requests.NOTHING);
            }
        }
        return Optional.of(new Requests(
                disposition(tags, "p").orElse(Disposition.NONE), disposition(tags, "sp"), disposition(tags, "np")));
    }

    private static Optional<Disposition> disposition(TagList tags, String tag) {
        return tags.value(tag).flatMap(Disposition::of);
    }

    private static Suffix suffix(TagList tags) {
        return switch (tags.value("psd").orElse("u").toLowerCase(Locale.ROOT)) {
            case "y" -> Suffix.YES;
            case "n" -> Suffix.NO;
            default -> Suffix.UNSAID;
        };
    }

    private static Mode mode(TagList tags, String tag) {
        return tags.value(tag).filter("s"::equalsIgnoreCase).isPresent() ? Mode.STRICT : Mode.RELAXED;
    }

    /** §4.8: each once, and not both of 0 and 1. */
    private static Set<Failures> failures(TagList tags) {
        var failures = new TreeSet<Failures>();
        for (String word : tags.value("fo").orElse("0").split(":", -1)) {
            Optional<Failures> one = Arrays.stream(Failures.values())
                    .filter(each -> each.word.equalsIgnoreCase(word.strip()))
                    .findFirst();
            if (one.isEmpty() || !failures.add(one.get())) {
                return Set.of(Failures.ALL_FAIL);
            }
        }
        return failures.contains(Failures.ALL_FAIL) && failures.contains(Failures.ANY_FAILS)
                ? Set.of(Failures.ALL_FAIL)
                : failures;
    }

    private static List<String> uris(TagList tags, String tag) {
        var uris = new ArrayList<String>();
        for (String one : tags.value(tag).orElse("").split(",", -1)) {
            uri(one.strip()).ifPresent(uris::add);
        }
        return uris;
    }

    /** §4.8: a comma and an exclamation mark are encoded; the size that RFC 7489 had behind the latter is passed over. */
    private static Optional<String> uri(String text) {
        int mark = text.indexOf('!');
        String uri =
                mark >= 0 && text.substring(mark + 1).matches("[0-9]+[kmgtKMGT]?") ? text.substring(0, mark) : text;
        if (uri.indexOf('!') >= 0 || !uri.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return Optional.empty();
        }
        try {
            URI read = new URI(uri);
            boolean isMail = "mailto".equalsIgnoreCase(read.getScheme());
            boolean hasAddress = read.getRawSchemeSpecificPart().matches("[^@?]+@[^@?]+(?:\\?.*)?");
            return read.isAbsolute() && (!isMail || hasAddress) ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException nonsense) {
            return Optional.empty();
        }
    }

    /** As a record, which parses to the same. */
    @Override
    public String toString() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("v", "DMARC1");
        tags.put("p", requests.map(asked -> asked.own.word()).orElse("?"));
        requests.flatMap(Requests::below).ifPresent(below -> tags.put("sp", below.word()));
        requests.flatMap(Requests::nonexistent).ifPresent(missing -> tags.put("np", missing.word()));
        if (suffix != Suffix.UNSAID) {
            tags.put("psd", suffix == Suffix.YES ? "y" : "n");
        }
        if (isInTest) {
            tags.put("t", "y");
        }
        if (dkim == Mode.STRICT) {
            tags.put("adkim", "s");
        }
        if (spf == Mode.STRICT) {
            tags.put("aspf", "s");
        }
        if (!rua.isEmpty()) {
            tags.put("rua", String.join(",", rua));
        }
        if (!ruf.isEmpty()) {
            tags.put("ruf", String.join(",", ruf));
            tags.put(
                    "fo",
                    String.join(
                            ":", failures.stream().sorted().map(one -> one.word).toList()));
        }
        return String.join(
                "; ",
                tags.entrySet().stream()
                        .map(tag -> tag.getKey() + "=" + tag.getValue())
                        .toList());
    }
}
