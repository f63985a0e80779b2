package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import org.postern.smtp.AddressLiteral;

/** Writes headers of the PROXY protocol as front ends do. */
final class ProxyHeaders {
    private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

    private ProxyHeaders() {}

    static byte[] v1(InetSocketAddress client, InetSocketAddress to) {
        String family = client.getAddress() instanceof Inet6Address ? "TCP6" : "TCP4";
        String line = "PROXY " + family + " " + AddressLiteral.text(client.getAddress()) + " "
                + AddressLiteral.text(to.getAddress()) + " " + client.getPort() + " " + to.getPort() + "\r\n";
        return line.getBytes(US_ASCII);
    }

    static byte[] v2(InetSocketAddress client, InetSocketAddress to, byte[] tlvs) {
        var block = new ByteArrayOutputStream();
        block.writeBytes(client.getAddress().getAddress());
        block.writeBytes(to.getAddress().getAddress());
        block.writeBytes(number(client.getPort()));
        block.writeBytes(number(to.getPort()));
        block.writeBytes(tlvs);
        return v2(0x21, client.getAddress() instanceof Inet6Address ? 0x21 : 0x11, block.toByteArray());
    }

    static byte[] v2(int command, int family, byte[] block) {
        var header = new ByteArrayOutputStream();
        header.writeBytes(SIGNATURE);
        header.write(command);
        header.write(family);
        header.writeBytes(number(block.length));
        header.writeBytes(block);
        return header.toByteArray();
    }

    static byte[] tlv(int type, byte[] value) {
        var tlv = new ByteArrayOutputStream();
        tlv.write(type);
        tlv.writeBytes(number(value.length));
        tlv.writeBytes(value);
        return tlv.toByteArray();
    }

    private static byte[] number(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }
}
