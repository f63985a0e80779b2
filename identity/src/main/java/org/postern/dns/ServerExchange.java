package org.postern.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.postern.dns.Answer.Security;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.smtp.AddressLiteral;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;

/** Asks one server. */
final class ServerExchange implements Exchange {
    private final Wire wire;
    private final Optional<Validator> validator;
    private final String server;
    private final Dnssec dnssec;

    ServerExchange(InetSocketAddress address, DnsSettings settings) {
        this.server = AddressLiteral.text(address);
        this.dnssec = settings.dnssec();
        this.wire = new Wire(address, settings.timeout(), dnssec == Dnssec.OFF ? 0 : ExtendedFlags.DO);
        this.validator = dnssec == Dnssec.VALIDATE
                ? Optional.of(new Validator(wire, settings.trustAnchors()))
                : Optional.empty();
    }

    @Override
    public Answer ask(Question question, long end) {
        long start = System.nanoTime();
        Message query = Message.newQuery(
                Record.newRecord(question.name().name(), question.type().number(), DClass.IN));
        if (dnssec == Dnssec.TRUST_AD) {
            // RFC 6840 §5.7: asks for the bit.
            query.getHeader().setFlag(Flags.AD);
        }
        try {
            Message reply = validator.isPresent() ? validator.get().send(query, end) : wire.send(query, end);
            return Replies.answer(question, reply, server, since(start), security(reply));
        } catch (IOException | RuntimeException problem) {
            // Whatever a server sent that surprises us or dnsjava, it is no answer.
            return Replies.failed(question, server, since(start), Security.UNCHECKED, words(problem));
        }
    }

    private Security security(Message reply) {
        boolean authentic = reply.getHeader().getFlag(Flags.AD);
        boolean failed = reply.getRcode() != Rcode.NOERROR && reply.getRcode() != Rcode.NXDOMAIN;
        return switch (dnssec) {
            case OFF -> Security.UNCHECKED;
            case TRUST_AD -> {
                if (authentic) {
                    yield Security.SECURE;
                }
                // A server that does not say why may as well have lost its way to the zone.
                yield !failed ? Security.INSECURE : Replies.saysBogus(reply) ? Security.BOGUS : Security.UNCHECKED;
            }
            // What servers failed at has not come so far: it was no answer.
            case VALIDATE -> authentic ? Security.SECURE : failed ? Security.BOGUS : Security.INSECURE;
        };
    }

    /** What went wrong, for who reads a log. */
    static String words(Exception problem) {
        return switch (problem) {
            case SocketTimeoutException _ -> "timed out";
            case PortUnreachableException _ -> "nobody listens there";
            default ->
                Objects.requireNonNullElse(
                        problem.getMessage(), problem.getClass().getSimpleName());
        };
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
