package org.postern.dnsbl;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.AddressLiteral;

/**
 * A zone that lists addresses: RFC 5782 §2.
 *
 * @param zone where it stands
 * @param codes which of its answers count; another that is in order says that the address is listed for a reason that the operator did
 *     not choose
 */
public record ListZone(DnsName zone, List<Codes> codes) {
    /** RFC 5782 §2.4: 32 nibbles stand before it, each with a dot; RFC 1035 §2.3.4 has 255 octets for all. */
    public static final int MAX_ZONE = DnsName.MAX_OCTETS - 2 - 64;

    /** RFC 5782 §5: is always listed. */
    private static final InetAddress ALWAYS = loopback(2);

    /** RFC 5782 §5: is never listed. */
    private static final InetAddress NEVER = loopback(1);

    public ListZone {
        if (zone.text().length() > MAX_ZONE) {
            throw new IllegalArgumentException(
                    "a zone of " + zone.text().length() + " octets has no room for an address");
        }
        codes = List.copyOf(codes);
    }

    /**
     * A range of answers, both ends included.
     *
     * @param first as a number, {@code 127.0.0.2} is 0x7f000002
     */
    public record Codes(int first, int last) {
        public Codes {
            if (!isCode(first) || !isCode(last) || first > last) {
                throw new IllegalArgumentException("codes are addresses within 127.0.0.0/8, the smaller first");
            }
        }

        /** Reads {@code 127.0.0.2} or {@code 127.0.0.2-127.0.0.11}. */
        public static Optional<Codes> parse(String text) {
            int dash = text.indexOf('-');
            Optional<Integer> first = number(dash < 0 ? text : text.substring(0, dash));
            Optional<Integer> last = dash < 0 ? first : number(text.substring(dash + 1));
            return first.isPresent() && last.isPresent() && first.get() <= last.get()
                    ? Optional.of(new Codes(first.get(), last.get()))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return text(first) + (last == first ? "" : "-" + text(last));
        }

        private static String text(int number) {
            return (number >>> 24) + "." + (number >>> 16 & 0xff) + "." + (number >>> 8 & 0xff) + "." + (number & 0xff);
        }

        private static Optional<Integer> number(String text) {
            return AddressLiteral.parseIpv4(text.strip())
                    .map(address -> asNumber(address))
                    .filter(Codes::isCode);
        }

        private static boolean isCode(int number) {
            return number >>> 24 == 127;
        }

        /** Whether it holds that answer. */
        public boolean contains(InetAddress answer) {
            int number = asNumber(answer);
            return first <= number && number <= last;
        }
    }

    /**
     * {@code dnsbl}, in a zone of who is not to be believed: {@code fail} when {@code client} is listed, {@code pass} when not,
     * {@code temperror}; about the zone and, when listed, the codes, the smallest first.
     */
    public Finding checkBlocked(InetAddress client, Resolver resolver) {
        return check(client, resolver, Check.DNSBL, Result.FAIL, Result.PASS);
    }

    /** {@code dnswl}, in a zone of who is to be believed: {@code pass} when listed, {@code none} when not, {@code temperror}. */
    public Finding checkWelcome(InetAddress client, Resolver resolver) {
        return check(client, resolver, Check.DNSWL, Result.PASS, Result.NONE);
    }

    private Finding check(InetAddress client, Resolver resolver, Check check, Result whenListed, Result whenNot) {
        String address = AddressLiteral.text(client);
        DnsName name = new DnsName(DnsName.reversed(client) + "." + zone);
        Answer answer = resolver.ask(name, RecordType.A);
        Optional<InetAddress> fault =
                answer.addresses().stream().filter(ListZone::isFault).findFirst();
        if (answer.isFailed() || fault.isPresent()) {
            String text = fault.map(AddressLiteral::text)
                    .map(code -> zone + " answers " + code + ", which says that it does not serve us")
                    .orElseGet(() -> zone + " can't be asked now: " + answer.said());
            return Finding.of(check, Result.TEMPERROR, text, answer).about(zone.text());
        }
        // A list says all that it has against an address, in any order.
        List<String> listed = answer.addresses().stream()
                .filter(this::counts)
                .sorted(Comparator.comparing(ListZone::asNumber))
                .map(AddressLiteral::text)
                .distinct()
                .toList();
        if (listed.isEmpty()) {
            return Finding.of(check, whenNot, address + " is not listed in " + zone, answer)
                    .about(zone.text());
        }
        Answer reason = resolver.ask(name, RecordType.TXT);
        String text =
                reason.texts().stream().findFirst().map(said -> ": " + said).orElse("");
        return Finding.of(
                        check,
                        whenListed,
                        address + " is listed in " + zone + " (" + String.join(", ", listed) + ")" + text,
                        answer,
                        reason)
                .about(zone + " " + String.join(" ", listed));
    }

    /**
     * What is wrong with the zone; empty when it does what every list does: 127.0.0.2 is listed, and 127.0.0.1 is not (RFC 5782 §5). One
     * that lists all, or nothing, must never judge mail.
     */
    public Optional<String> fault(Resolver resolver) {
        List<Answer> answers = resolver.ask(List.of(question(ALWAYS), question(NEVER)));
        Answer always = answers.getFirst();
        Answer never = answers.getLast();
        if (always.isFailed() || never.isFailed()) {
            return Optional.of("it can't be asked: " + (always.isFailed() ? always : never).said());
        }
        if (always.addresses().stream().noneMatch(address -> !isFault(address))) {
            return Optional.of("127.0.0.2 must be listed in it, and the answer is: " + always.said());
        }
        return never.isVoid()
                ? Optional.empty()
                : Optional.of("127.0.0.1 must not be listed in it, and the answer is: " + never.said());
    }

    private Question question(InetAddress address) {
        return new Question(new DnsName(DnsName.reversed(address) + "." + zone), RecordType.A);
    }

    private boolean counts(InetAddress answer) {
        return codes.stream().anyMatch(range -> range.contains(answer));
    }

    /** Outside 127.0.0.0/8 a name server makes answers up; 127.255.255.0/24 is how lists say that they refuse the asker. */
    private static boolean isFault(InetAddress answer) {
        int number = asNumber(answer);
        return number >>> 24 != 127 || number >>> 8 == 0x7fffff;
    }

    private static int asNumber(InetAddress address) {
        int number = 0;
        for (byte octet : address.getAddress()) {
            number = (number << 8) | (octet & 0xff);
        }
        return number;
    }

    private static InetAddress loopback(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
