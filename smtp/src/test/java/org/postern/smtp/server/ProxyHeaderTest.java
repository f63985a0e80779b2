package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.server.ProxyHeader.Named;
import org.postern.smtp.server.ProxyHeader.Read;
import org.postern.smtp.server.ProxyHeader.Unnamed;
import org.quicktheories.core.Gen;

/** HAProxy's proxy-protocol.txt, its sections 2.1 and 2.2. */
final class ProxyHeaderTest {
    private static final byte[] NOTHING = {};
    private static final InetSocketAddress V4 = at("192.0.2.7", 40_000);
    private static final InetSocketAddress V6 = at("2001:db8::7", 40_000);

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static Read read(byte[] octets) {
        return ProxyHeader.read(octets, 0, octets.length);
    }

    private static Read read(String octets) {
        return read(octets.getBytes(ISO_8859_1));
    }

    private static Gen<byte[]> octets(int least, int most) {
        return lists().of(integers().between(-128, 127))
                .ofSizeBetween(least, most)
                .map((List<Integer> numbers) -> packed(numbers));
    }

    private static byte[] packed(List<Integer> numbers) {
        var octets = new byte[numbers.size()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = numbers.get(i).byteValue();
        }
        return octets;
    }

    private static Gen<InetSocketAddress> addresses(int octets) {
        return octets(octets, octets).zip(integers().between(0, 65_535), (address, port) -> {
            try {
                return new InetSocketAddress(InetAddress.getByAddress(address), port);
            } catch (UnknownHostException impossible) {
                throw new AssertionError(impossible);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16})
    void whatIsWrittenReadsBackHoweverItIsSplit(int length) {
        qt().forAll(addresses(length), addresses(length), octets(0, 50)).checkAssert((client, to, value) -> {
            for (byte[] header : List.of(
                    ProxyHeaders.v1(client, to),
                    ProxyHeaders.v2(client, to, NOTHING),
                    ProxyHeaders.v2(client, to, ProxyHeaders.tlv(0x04, value)))) {
                assertThat(read(header)).isEqualTo(new Read.Whole(new Named(client), header.length));
                for (int end = 0; end < header.length; end++) {
                    assertThat(ProxyHeader.read(header, 0, end)).isEqualTo(new Read.Part());
                }
                byte[] more = Arrays.copyOf(header, header.length + value.length);
                System.arraycopy(value, 0, more, header.length, value.length);
                assertThat(read(more)).isEqualTo(new Read.Whole(new Named(client), header.length));
            }
        });
    }

    @Test
    void noOctetsAtAllMakeItThrow() {
        qt().forAll(octets(0, 300), integers().between(0, 3)).checkAssert((noise, kind) -> {
            byte[] start =
                    switch (kind) {
                        case 0 -> NOTHING;
                        case 1 -> "PROXY ".getBytes(ISO_8859_1);
                        case 2 -> ProxyHeaders.v2(0x21, 0x11, NOTHING);
                        default -> Arrays.copyOf(ProxyHeaders.v2(0x21, 0x11, NOTHING), 12);
                    };
            byte[] octets = Arrays.copyOf(start, start.length + noise.length);
            System.arraycopy(noise, 0, octets, start.length, noise.length);
            if (read(octets) instanceof Read.Whole whole) {
                assertThat(whole.octets()).isBetween(15, octets.length);
            }
        });
    }

    @Test
    void mappedAddressIsTheOneOfIpv4() {
        assertThat(read("PROXY TCP6 ::ffff:127.0.0.1 ::1 1 25\r\n"))
                .isEqualTo(new Read.Whole(new Named(at("127.0.0.1", 1)), 38));
        byte[] mapped = new byte[36];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        mapped[12] = 127;
        mapped[15] = 1;
        assertThat(read(ProxyHeaders.v2(0x21, 0x21, mapped)))
                .isEqualTo(new Read.Whole(new Named(at("127.0.0.1", 0)), 52));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 x 0 99999999\r\n"})
    void unknownNamesNobody(String line) {
        assertThat(read(line)).isEqualTo(new Read.Whole(new Unnamed(), line.length()));
    }

    @ParameterizedTest
    @CsvSource({"0x20, 0x00, 0", "0x20, 0x11, 12", "0x20, 0xff, 7", "0x21, 0x00, 0", "0x21, 0x00, 9", "0x21, 0x31, 216"
    })
    void localUnspecAndUnixNameNobody(int command, int family, int octets) {
        assertThat(read(ProxyHeaders.v2(command, family, new byte[octets])))
                .isEqualTo(new Read.Whole(new Unnamed(), 16 + octets));
    }

    @ParameterizedTest
    @Tag("relay-3")
    @ValueSource(
            strings = {
                "EHLO a.example\r\n",
                "proxy TCP4 192.0.2.7 192.0.2.1 1 25\r\n",
                "PROXY\r\n",
                "PROXY  TCP4 192.0.2.7 192.0.2.1 1 25\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 1 25\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 1\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 1 25 \r\n",
                "PROXY TCP4 192.0.2.07 192.0.2.1 1 25\r\n",
                "PROXY TCP4 192.0.2.256 192.0.2.1 1 25\r\n",
                "PROXY TCP4 2001:db8::1 2001:db8::2 1 25\r\n",
                "PROXY TCP6 192.0.2.7 192.0.2.1 1 25\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 65536 25\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 1 025\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 -1 25\r\n",
                "PROXY UDP4 192.0.2.7 192.0.2.1 1 25\r\n",
                "PROXY TCP4 mx.example.com 192.0.2.1 1 25\r\n",
            })
    void linesThatBreakAnyRuleAreRefused(String line) {
        assertThat(read(line)).isInstanceOf(Read.Wrong.class);
    }

    @Test
    @Tag("relay-3")
    void lineOfMoreThan107OctetsIsRefusedBeforeItsEnd() {
        String most = "PROXY UNKNOWN " + "a".repeat(91) + "\r\n";
        assertThat(read(most)).isEqualTo(new Read.Whole(new Unnamed(), 107));
        assertThat(read("PROXY UNKNOWN " + "a".repeat(92) + "\r\n")).isInstanceOf(Read.Wrong.class);
        assertThat(read("PROXY UNKNOWN " + "a".repeat(92))).isEqualTo(new Read.Part());
        assertThat(read("PROXY UNKNOWN " + "a".repeat(93))).isInstanceOf(Read.Wrong.class);
    }

    @ParameterizedTest
    @Tag("relay-3")
    @CsvSource({
        // another version, another command
        "0x11, 0x11, 12",
        "0x22, 0x11, 12",
        // UDP, a family nobody knows, a Unix datagram socket
        "0x21, 0x12, 12",
        "0x21, 0x41, 12",
        "0x21, 0x10, 12",
        "0x21, 0x32, 216",
        // too short for the addresses
        "0x21, 0x11, 11",
        "0x21, 0x21, 35",
        "0x21, 0x31, 215",
        // behind the addresses there are whole TLVs or nothing
        "0x21, 0x11, 13",
        "0x21, 0x11, 14",
        "0x21, 0x21, 38",
        // longer than is taken, of which nothing more need come
        "0x20, 0x00, 4081",
    })
    void headersOfVersion2ThatBreakAnyRuleAreRefused(int command, int family, int octets) {
        assertThat(read(ProxyHeaders.v2(command, family, new byte[octets]))).isInstanceOf(Read.Wrong.class);
    }

    @Test
    @Tag("relay-3")
    void tlvsWhoseLengthsLieAreRefused() {
        byte[] tooLong = ProxyHeaders.tlv(0x04, new byte[5]);
        tooLong[2] = 6;
        assertThat(read(ProxyHeaders.v2(V4, V4, tooLong))).isInstanceOf(Read.Wrong.class);
        tooLong[1] = (byte) 0xff;
        assertThat(read(ProxyHeaders.v2(V6, V6, tooLong))).isInstanceOf(Read.Wrong.class);
        byte[] tooShort = ProxyHeaders.tlv(0x04, new byte[5]);
        tooShort[2] = 4;
        assertThat(read(ProxyHeaders.v2(V4, V4, tooShort))).isInstanceOf(Read.Wrong.class);
    }

    @Test
    void whatIsTooLongIsKnownByItsFirst16Octets() {
        byte[] header = ProxyHeaders.v2(0x20, 0, new byte[4_081]);
        assertThat(ProxyHeader.read(header, 0, 15)).isEqualTo(new Read.Part());
        assertThat(ProxyHeader.read(header, 0, 16)).isInstanceOf(Read.Wrong.class);
        assertThat(read(ProxyHeaders.v2(0x20, 0, new byte[4_080])))
                .isEqualTo(new Read.Whole(new Unnamed(), ProxyHeader.MAX_BINARY_OCTETS));
    }
}
