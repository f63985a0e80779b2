package org.postern.greeting;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.postern.dns.DnsName;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;

/** {@code helo-dynamic}: does the name of the greeting or of reverse DNS look like one that a provider gives to each of its addresses? */
public final class HeloDynamic {
    /** What a provider calls the lines that it gives to its customers. */
    private static final Set<String> WORDS = Set.of(
            "dhcp",
            "dyn",
            "dynamic",
            "dynip",
            "dsl",
            "adsl",
            "vdsl",
            "sdsl",
            "xdsl",
            "ppp",
            "pppoe",
            "broadband",
            "catv",
            "dialup",
            "dial",
            "dialin",
            "ftth",
            "fttx",
            "gpon",
            "cpe",
            "hsd",
            "wifi");

    /** What may stand in the name of a mail server as well: {@code smtp-pool-2}, {@code mail.customers}. */
    private static final Set<String> WEAK_WORDS =
            Set.of("pool", "pools", "cust", "customer", "customers", "cable", "res");

    /** A name that says so was given on purpose: large senders number theirs by address, as {@code 66-220-144-178.mail-mail}. */
    private static final Set<String> MAIL =
            Set.of("mail", "mailer", "smtp", "mta", "mx", "mout", "mailout", "relay", "outbound");

    /** A provider that says so means one that does not move. */
    private static final Set<String> FIXED = Set.of("static", "fixed", "stat", "fix");

    private static final Pattern DIGITS = Pattern.compile("\\D+");
    private static final Pattern LETTERS = Pattern.compile("[^a-z]+");

    private HeloDynamic() {}

    /** Pass or fail. {@code names} are those that reverse DNS has, confirmed or not. */
    public static Finding check(Greeting.Name name, InetAddress client, List<DnsName> names) {
        var looked = new LinkedHashSet<String>();
        if (name instanceof Greeting.Named named) {
            looked.add(named.domain().canonical());
        }
        names.forEach(pointer -> looked.add(pointer.text().toLowerCase(Locale.ROOT)));
        for (String one : looked) {
            Optional<String> why = why(one, client);
            if (why.isPresent()) {
                return Finding.of(
                        Check.HELO_DYNAMIC,
                        Result.FAIL,
                        one + " looks like a name of a dynamic address: " + why.get()
                                + "; give a mail server a name of its own");
            }
        }
        return Finding.of(Check.HELO_DYNAMIC, Result.PASS, "no name looks like one of a dynamic address");
    }

    private static Optional<String> why(String name, InetAddress client) {
        String below = belowOrganisation(name);
        List<String> words = List.of(LETTERS.split(below));
        if (words.stream().anyMatch(FIXED::contains)) {
            return Optional.empty();
        }
        boolean isMail = words.stream().anyMatch(MAIL::contains);
        Optional<String> word = words.stream()
                .filter(one -> WORDS.contains(one) || (!isMail && WEAK_WORDS.contains(one)))
                .findFirst();
        if (word.isPresent()) {
            return Optional.of("\"" + word.get() + "\" stands in it");
        }
        return !isMail && hasAddress(name, client) ? Optional.of("its address stands in it") : Optional.empty();
    }

    /** Who is called Dyn or cable.example gives that name to mail servers too: the labels before the organisation's own. */
    private static String belowOrganisation(String name) {
        String organisation =
                Domain.parse(name).map(PublicSuffixes::organisation).orElse("");
        return organisation.isEmpty() || !name.endsWith("." + organisation)
                ? ""
                : name.substring(0, name.length() - organisation.length() - 1);
    }

    private static boolean hasAddress(String name, InetAddress client) {
        byte[] octets = client.getAddress();
        String hex = HexFormat.of().formatHex(octets);
        if (!(client instanceof Inet4Address)) {
            // The last 64 bits, written in one way or another.
            String tail = hex.substring(16);
            String bare = name.replace("-", "").replace(".", "");
            return !tail.startsWith("00000000000000")
                    && (bare.contains(tail) || bare.contains(new StringBuilder(tail).reverse()));
        }
        List<Integer> wanted = new ArrayList<>();
        for (byte octet : octets) {
            wanted.add(octet & 0xff);
        }
        List<Integer> numbers = Arrays.stream(DIGITS.split(name))
                .filter(digits -> !digits.isEmpty() && digits.length() <= 3)
                .map(Integer::valueOf)
                .toList();
        return stands(wanted, numbers)
                || stands(wanted.reversed(), numbers)
                || name.contains(hex)
                || padded(name, wanted)
                || padded(name, wanted.reversed());
    }

    /** One behind the other. */
    private static boolean stands(List<Integer> wanted, List<Integer> numbers) {
        for (int start = 0; start + wanted.size() <= numbers.size(); start++) {
            if (numbers.subList(start, start + wanted.size()).equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    /** Three digits each, nothing between: {@code 192000002010}. */
    private static boolean padded(String name, List<Integer> wanted) {
        var digits = new StringBuilder();
        wanted.forEach(octet -> digits.append("%03d".formatted(octet)));
        return name.contains(digits);
    }
}
