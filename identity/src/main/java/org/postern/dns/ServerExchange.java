package org.postern.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.postern.dns.Answer.Security;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.smtp.AddressLiteral;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.dnssec.ValidatingResolver;

/**
 * Asks one server: over UDP from a port of its own for each question, with EDNS (RFC 6891), and over TCP what did not fit (RFC 7766 §5).
 * A message that does not fit the question is not an answer to it.
 */
final class ServerExchange implements Exchange {
    /** RFC 9715: what passes every path without being cut. */
    private static final int UDP_OCTETS = 1_232;

    private final org.xbill.DNS.Resolver resolver;
    private final String server;
    private final Dnssec dnssec;

    ServerExchange(InetSocketAddress address, DnsSettings settings) {
        this.server = AddressLiteral.text(address.getAddress()) + ":" + address.getPort();
        this.dnssec = settings.dnssec();
        var simple = new SimpleResolver(address);
        simple.setTimeout(settings.timeout());
        simple.setEDNS(0, UDP_OCTETS, dnssec == Dnssec.OFF ? 0 : ExtendedFlags.DO);
        this.resolver = dnssec == Dnssec.VALIDATE ? validating(simple, settings) : simple;
    }

    private static ValidatingResolver validating(SimpleResolver simple, DnsSettings settings) {
        try {
            var validating = new ValidatingResolver(simple);
            validating.loadTrustAnchors(
                    new ByteArrayInputStream(settings.trustAnchors().getBytes(StandardCharsets.US_ASCII)));
            validating.setTimeout(settings.timeout());
            return validating;
        } catch (IOException impossible) {
            throw new IllegalArgumentException("trust anchors can't be read: " + impossible.getMessage(), impossible);
        }
    }

    @Override
    public Answer ask(Question question) {
        long start = System.nanoTime();
        Message query = Message.newQuery(
                Record.newRecord(question.name().name(), question.type().number(), DClass.IN));
        if (dnssec == Dnssec.TRUST_AD) {
            // RFC 6840 §5.7: asks for the bit.
            query.getHeader().setFlag(Flags.AD);
        }
        try {
            Message reply = resolver.send(query);
            return Replies.answer(question, reply, server, since(start), security(reply));
        } catch (SocketTimeoutException late) {
            return failed(question, start, "timed out");
        } catch (IOException problem) {
            String said = problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
            return failed(question, start, said.startsWith("Timed out") ? "timed out" : said);
        }
    }

    private Security security(Message reply) {
        boolean authentic = reply.getHeader().getFlag(Flags.AD);
        return switch (dnssec) {
            case OFF -> Security.UNCHECKED;
            case TRUST_AD -> authentic ? Security.SECURE : Security.INSECURE;
            case VALIDATE ->
                authentic ? Security.SECURE : reply.getRcode() == Rcode.SERVFAIL ? Security.BOGUS : Security.INSECURE;
        };
    }

    private Answer failed(Question question, long start, String problem) {
        return Replies.failed(question, server, since(start), Security.UNCHECKED, problem);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
