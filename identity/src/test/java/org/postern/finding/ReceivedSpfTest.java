package org.postern.finding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.net.InetAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postern.finding.ReceivedSpf.Identity;

/** RFC 7208 §9.1. */
class ReceivedSpfTest {
    @Test
    void everyPairIsWritten() {
        assertThat(new ReceivedSpf(
                                Result.PASS,
                                Identity.MAILFROM,
                                InetAddress.ofLiteral("192.0.2.10"),
                                "mail.example.org",
                                "ann@example.org",
                                "mx.example.com",
                                "a",
                                "example.org lets 192.0.2.10 send")
                        .field())
                .isEqualToNormalizingNewlines("""
                    Received-SPF: pass (example.org lets 192.0.2.10 send) receiver=mx.example.com;
                     identity=mailfrom; client-ip=192.0.2.10; envelope-from="ann@example.org";
                     mechanism=a; helo=mail.example.org
                    """)
                .contains("\r\n");
    }

    @Test
    void whatIsNoAtomIsQuoted() {
        assertThat(new ReceivedSpf(
                                Result.NONE,
                                Identity.HELO,
                                InetAddress.ofLiteral("2001:db8::1"),
                                "[192.0.2.1]",
                                "",
                                "mx.example.com",
                                "",
                                "")
                        .field())
                .isEqualToNormalizingNewlines("""
                    Received-SPF: none receiver=mx.example.com; identity=helo;
                     client-ip="2001:db8::1"; envelope-from=""; helo="[192.0.2.1]"
                    """);
    }

    @Tag("ar-2")
    @Test
    void nothingBreaksOut() {
        qt().forAll(strings().betweenCodePoints(0, 0x150).ofLengthBetween(0, 700))
                .check(odd -> {
                    String field = new ReceivedSpf(
                                    Result.FAIL,
                                    Identity.HELO,
                                    InetAddress.getLoopbackAddress(),
                                    odd,
                                    odd,
                                    odd,
                                    odd,
                                    odd)
                            .field();
                    // Without what is quoted, six pairs are left.
                    String bare = field.replaceAll("\r\n ", " ")
                            .replaceAll("\\\\.", "")
                            .replaceFirst("fail \\([^()]*\\)", "fail")
                            .replaceAll("\"[^\"]*\"", "q");
                    return Written.linesOf(field).stream().allMatch(line -> line.length() <= 998)
                            && bare.chars().filter(c -> c == ';').count()
                                    == (Words.harmless(odd).isEmpty() ? 4 : 5);
                });
    }

    @Test
    void resultIsOneOfSpf() {
        assertThatThrownBy(() -> new ReceivedSpf(
                        Result.POLICY, Identity.HELO, InetAddress.getLoopbackAddress(), "", "", "", "", ""))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
