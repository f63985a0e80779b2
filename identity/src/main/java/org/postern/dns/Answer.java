package org.postern.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * What came of a question, and how.
 *
 * @param status whether there was an answer, and which
 * @param data in the order in which it came; empty but for {@link Status#FOUND}
 * @param aliases the names that the question's led to (CNAME), in their order
 * @param ttl how long it may be believed from now on; zero for what failed
 * @param time how long it took; zero when it was known already
 * @param server who said so, as {@code 127.0.0.1:53}; {@code cache} when it was known already; empty when nobody was asked
 * @param problem what failed, in words; empty but for {@link Status#FAILED}
 */
public record Answer(
        Question question,
        Status status,
        List<Data> data,
        List<DnsName> aliases,
        Duration ttl,
        Duration time,
        String server,
        Security security,
        String problem) {
    /** Whether there was an answer, and which. */
    public enum Status {
        /** The name has records of that type. */
        FOUND,
        /** The name exists, and has none of that type. */
        NO_DATA,
        /** The name does not exist: RFC 8020. */
        NO_SUCH_NAME,
        /** Nobody could say: a time-out, a refusal, a server's failure, a signature that does not hold. */
        FAILED
    }

    /** What DNSSEC says of it: RFC 4033 §5. */
    public enum Security {
        /** Signed, up to a trust anchor. */
        SECURE,
        /** The zone is provably not signed. */
        INSECURE,
        /** The signatures do not hold. */
        BOGUS,
        /** Nobody looked. */
        UNCHECKED
    }

    public Answer {
        data = List.copyOf(data);
        aliases = List.copyOf(aliases);
    }

    /** One that could not be had. */
    public static Answer failed(Question question, String problem) {
        return new Answer(
                question,
                Status.FAILED,
                List.of(),
                List.of(),
                Duration.ZERO,
                Duration.ZERO,
                "",
                Security.UNCHECKED,
                problem);
    }

    /** Whether nobody could say. */
    public boolean isFailed() {
        return status == Status.FAILED;
    }

    /** Whether the name has nothing of that type, or isn't there: RFC 7208 §4.6.4 calls it void. */
    public boolean isVoid() {
        return status == Status.NO_DATA || status == Status.NO_SUCH_NAME;
    }

    /** The addresses in it. */
    public List<InetAddress> addresses() {
        return of(Data.Address.class).stream().map(Data.Address::address).toList();
    }

    /** The names in it. */
    public List<DnsName> pointers() {
        return of(Data.Pointer.class).stream().map(Data.Pointer::name).toList();
    }

    /** The mail exchangers in it. */
    public List<Data.Exchange> exchanges() {
        return of(Data.Exchange.class);
    }

    /** The texts in it, a character for each octet. */
    public List<String> texts() {
        return of(Data.Text.class).stream().map(Data.Text::octets).toList();
    }

    private <D extends Data> List<D> of(Class<D> kind) {
        return data.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** What was answered, in words, without line ends or other octets that act on a terminal. */
    public String said() {
        return switch (status) {
            case FOUND -> String.join(", ", data.stream().map(Data::toString).toList());
            case NO_DATA -> "no " + question.type() + " record";
            case NO_SUCH_NAME -> "no such name";
            case FAILED -> problem;
        };
    }
}
