package org.postern.smtp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.postern.smtp.Command.Xclient.Address;

/** Reads what stands behind XCLIENT, by Postfix's XCLIENT_README: {@code 1*( SP attribute-name "=" attribute-value )}, values in xtext. */
final class XclientParser {
    private static final Set<String> ATTRIBUTES =
            Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT");
    private static final Set<String> UNKNOWN = Set.of("[UNAVAILABLE]", "[TEMPUNAVAIL]");

    private XclientParser() {}

    static Command.Xclient parse(Cursor cursor) throws SyntaxFault {
        Map<String, String> attributes = attributes(cursor);
        String protocol = Cursor.upper(attributes.getOrDefault("PROTO", "SMTP"));
        if (!protocol.equals("SMTP") && !protocol.equals("ESMTP") && !UNKNOWN.contains(protocol)) {
            throw fault("PROTO is SMTP or ESMTP");
        }
        // Where the client came to is of no use here; that it makes sense is no one's loss.
        address(attributes, "DESTADDR");
        port(attributes, "DESTPORT");
        return new Command.Xclient(address(attributes, "ADDR"), port(attributes, "PORT"));
    }

    private static Map<String, String> attributes(Cursor cursor) throws SyntaxFault {
        var attributes = new HashMap<String, String>();
        cursor.skipSpaces();
        while (!cursor.atEnd()) {
            String word = cursor.word();
            cursor.skipSpaces();
            int equals = Math.max(0, word.indexOf('='));
            String name = Cursor.upper(word.substring(0, equals));
            if (!ATTRIBUTES.contains(name)) {
                throw fault("say XCLIENT with ADDR=192.0.2.1 or ADDR=IPV6:2001:db8::1, PORT, NAME, PROTO, HELO, LOGIN,"
                        + " DESTADDR or DESTPORT");
            }
            Optional<String> value =
                    Xtext.decodeAscii(word.substring(equals + 1)).filter(text -> !text.isEmpty());
            if (value.isEmpty()) {
                throw fault("the value of " + name + " is xtext, or [UNAVAILABLE]");
            }
            if (attributes.put(name, value.get()) != null) {
                throw fault(name + " stands there twice");
            }
        }
        if (attributes.isEmpty()) {
            throw fault("say XCLIENT with ADDR=192.0.2.1 or ADDR=IPV6:2001:db8::1");
        }
        return attributes;
    }

    private static Address address(Map<String, String> attributes, String name) throws SyntaxFault {
        String value = attributes.get(name);
        if (value == null) {
            return new Address.Unsaid();
        }
        if (UNKNOWN.contains(Cursor.upper(value))) {
            return new Address.Unavailable();
        }
        Optional<InetAddress> address = Cursor.upper(value).startsWith("IPV6:")
                ? AddressLiteral.parseIpv6(value.substring(5)).map(XclientParser::unmapped)
                : AddressLiteral.parseIpv4(value).map(InetAddress.class::cast);
        return new Address.Known(
                address.orElseThrow(() -> fault(name + " reads 192.0.2.1, IPV6:2001:db8::1 or [UNAVAILABLE]")));
    }

    /** The JDK makes IPv4 of an IPv4-mapped address: what is limited and looked up by address must not have two. */
    private static InetAddress unmapped(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static OptionalInt port(Map<String, String> attributes, String name) throws SyntaxFault {
        String value = attributes.get(name);
        if (value == null || UNKNOWN.contains(Cursor.upper(value))) {
            return OptionalInt.empty();
        }
        if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65_535) {
            throw fault(name + " is a number up to 65535, or [UNAVAILABLE]");
        }
        return OptionalInt.of(Integer.parseInt(value));
    }

    private static SyntaxFault fault(String text) {
        return new SyntaxFault(Reply.of(501, "5.5.4", text));
    }
}
