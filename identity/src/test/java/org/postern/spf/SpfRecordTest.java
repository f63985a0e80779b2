package org.postern.spf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.spf.MacroString.Escape;
import org.postern.spf.MacroString.Literal;
import org.postern.spf.MacroString.Macro;
import org.postern.spf.MacroString.Part;
import org.postern.spf.Mechanism.DualCidr;

class SpfRecordTest {
    /** Makes any record there can be. */
    private static final class Made {
        private final Random random;

        private Made(long seed) {
            random = new Random(seed);
        }

        private int below(int bound) {
            return random.nextInt(bound);
        }

        private String text(String from, int least, int most) {
            var text = new StringBuilder();
            for (int i = least + below(most - least + 1); i > 0; i--) {
                text.append(from.charAt(below(from.length())));
            }
            return text.toString();
        }

        private Part part() {
            return switch (below(4)) {
                case 0 -> List.of(Escape.values()).get(below(3));
                case 1 ->
                    new Macro(
                            "slodiphv".charAt(below(8)),
                            random.nextBoolean(),
                            random.nextBoolean() ? 0 : 1 + below(200),
                            random.nextBoolean(),
                            text(Macro.DELIMITERS, 0, 3));
                default -> new Literal(text("abcXYZ019-_.!\"#$&'()*+,/:;<=>?@[\\]^`{|}~", 1, 8));
            };
        }

        /** No two literals side by side: they would be read as one. */
        private List<Part> parts(int most) {
            var parts = new ArrayList<Part>();
            for (int i = below(most + 1); i > 0; i--) {
                Part part = part();
                if (parts.isEmpty() || !(parts.getLast() instanceof Literal && part instanceof Literal)) {
                    parts.add(part);
                }
            }
            return parts;
        }

        private MacroString domainSpec() {
            List<Part> parts = parts(4);
            String end = "."
                    + List.of("example", "a", "x1", "1a", "xn--p1ai", "1-1", "a.b.")
                            .get(below(7));
            if (parts.isEmpty() || !(parts.getLast() instanceof Literal before)) {
                parts.add(new Literal(end));
            } else {
                parts.set(parts.size() - 1, new Literal(before.text() + end));
            }
            return new MacroString(parts);
        }

        private Optional<MacroString> maybe() {
            return random.nextBoolean() ? Optional.of(domainSpec()) : Optional.empty();
        }

        private DualCidr cidr() {
            return random.nextBoolean() ? DualCidr.WHOLE : new DualCidr(below(33), below(129));
        }

        private Mechanism mechanism() {
            return switch (below(8)) {
                case 0 -> new Mechanism.All();
                case 1 -> new Mechanism.Include(domainSpec());
                case 2 -> new Mechanism.A(maybe(), cidr());
                case 3 -> new Mechanism.Mx(maybe(), cidr());
                case 4 -> new Mechanism.Ptr(maybe());
                case 5 -> new Mechanism.Ip4(new Network(0, random.nextInt() & 0xffff_ffffL, 32, below(33)));
                case 6 -> new Mechanism.Ip6(new Network(random.nextLong(), random.nextLong(), 128, below(129)));
                default -> new Mechanism.Exists(domainSpec());
            };
        }

        private SpfRecord record() {
            var directives = new ArrayList<Directive>();
            for (int i = below(8); i > 0; i--) {
                directives.add(new Directive(List.of(Qualifier.values()).get(below(4)), mechanism()));
            }
            var others = new ArrayList<Modifier>();
            for (int i = below(3); i > 0; i--) {
                others.add(new Modifier("x" + text("abc-_.09Z", 0, 5), new MacroString(parts(3))));
            }
            return new SpfRecord(directives, maybe(), maybe(), others);
        }
    }

    @Test
    void whatIsWrittenParsesBack() {
        qt().withExamples(20_000).forAll(longs().all()).checkAssert(seed -> {
            SpfRecord record = new Made(seed).record();
            assertThat(SpfRecord.parse(record.toString())).as(record.toString()).isEqualTo(record);
        });
    }

    @Test
    void anyTextIsARecordOrMalformed() {
        qt().withExamples(20_000)
                .forAll(strings().betweenCodePoints(0, 255).ofLengthBetween(0, 200))
                .checkAssert(text -> {
                    assertThat(SpfRecord.parse(text)).isInstanceOf(Parsed.Malformed.class);
                    assertThat(SpfRecord.parse("v=spf1 " + text)).isNotNull();
                    assertThat(SpfRecord.parse("v=spf1 a:" + text)).isNotNull();
                    assertThat(SpfRecord.parse("v=spf1 ip6:" + text)).isNotNull();
                });
    }

    /** A change of one octet anywhere gives a record that writes itself as it was read, or none. */
    @Test
    void whatParsesIsWrittenAsItWas() {
        qt().withExamples(20_000)
                .forAll(longs().all(), integers().all(), integers().between(0, 255))
                .checkAssert((seed, at, octet) -> {
                    var text = new StringBuilder(new Made(seed).record().toString());
                    text.setCharAt(Math.floorMod(at, text.length()), (char) (int) octet);
                    if (SpfRecord.parse(text.toString()) instanceof SpfRecord record) {
                        assertThat(SpfRecord.parse(record.toString())).isEqualTo(record);
                    }
                });
    }

    @Test
    void directivesKeepTheirWriting() {
        String text = "v=spf1 +A:Mail.Example/24//64 IP6:2001:db8:: -ALL";

        SpfRecord record = (SpfRecord) SpfRecord.parse(text);

        assertThat(record).hasToString(text);
        assertThat(record.directives().get(0).mechanism()).hasToString("a:Mail.Example/24//64");
        assertThat(record.directives().get(1).mechanism()).hasToString("ip6:2001:db8:0:0:0:0:0:0");
        assertThat(record.directives().get(2)).hasToString("-ALL");
    }

    @Test
    void malformedOneSaysWhere() {
        assertThat(SpfRecord.parse("v=spf1 a b c")).isEqualTo(new Parsed.Malformed("b", "unknown mechanism"));
        assertThat(SpfRecord.parse("v=spf2")).isEqualTo(new Parsed.Malformed("", "does not begin with v=spf1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v=spf1", "V=SPF1 ", "v=spf1  -all  "})
    void versionAloneOrWithSpacesIsARecord(String text) {
        assertThat(SpfRecord.parse(text)).isInstanceOf(SpfRecord.class);
    }

    @Test
    void nonsenseCannotBeMade() {
        assertThatThrownBy(() -> new DualCidr(33, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DualCidr(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DualCidr(0, 129)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DualCidr(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Network(0, 0, 31, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Network(0, 0, 32, 33)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Network(0, 0, 32, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Network(1, 0, 32, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Network(0, 1L << 32, 32, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mechanism.Ip4(new Network(0, 0, 128, 0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mechanism.Ip6(new Network(0, 0, 32, 0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Macro('q', false, 0, false, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Macro('d', false, -1, false, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Macro('d', false, 0, false, "*")).isInstanceOf(IllegalArgumentException.class);
    }

    /** The bits that count, against arithmetic on big numbers. */
    @Test
    void networkContainsWhatSharesItsFirstBits() {
        qt().withExamples(20_000)
                .forAll(longs().all(), integers().between(0, 128))
                .checkAssert((seed, prefix) -> {
                    var random = new Random(seed);
                    var octets = new byte[random.nextBoolean() ? 4 : 16];
                    random.nextBytes(octets);
                    int bits = octets.length * 8;
                    int length = Math.min(prefix, bits);
                    byte[] other = octets.clone();
                    int flipped = random.nextInt(bits);
                    other[flipped / 8] ^= (byte) (0x80 >>> flipped % 8);
                    Network network = Network.of(octets, length);
                    assertThat(network.contains(address(octets))).isTrue();
                    assertThat(network.contains(address(other))).isEqualTo(flipped >= length);
                    assertThat(network.contains(address(new byte[20 - octets.length])))
                            .isFalse();
                });
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
