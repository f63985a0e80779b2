package org.postern.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which characters each rule of the grammar takes: all of ASCII is tried, so that no bound is off by one. */
final class CharactersTest {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String DIGITS = "0123456789";
    private static final String PRINTABLE = ascii(c -> c > 0x20 && c < 0x7f);

    private static String ascii(IntPredicate taken) {
        return IntStream.range(0, 0x80)
                .filter(taken)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static String sorted(String characters) {
        return ascii(c -> characters.indexOf(c) >= 0);
    }

    /** RFC 5321 §4.1.2: {@code Dot-string}; RFC 5322 §3.2.3: {@code atext}. */
    @Test
    void atext() {
        String atext = ascii(c -> Mailbox.parse(Character.toString(c) + "@example.org")
                .map(Mailbox::toString)
                .filter(written -> written.equals(Character.toString(c) + "@example.org"))
                .isPresent());
        assertThat(atext).isEqualTo(sorted(LETTERS + DIGITS + "!#$%&'*+-/=?^_`{|}~"));
    }

    /** What isn't atext is quoted when it is written, and read back. */
    @Test
    void quoted() {
        Domain host = new Domain("example.org");
        for (int c = 0x20; c < 0x7f; c++) {
            Mailbox mailbox = new Mailbox(Character.toString(c), host);
            boolean isAtom = (LETTERS + DIGITS + "!#$%&'*+-/=?^_`{|}~").indexOf(c) >= 0;
            assertThat(mailbox.toString().startsWith("\"")).isNotEqualTo(isAtom);
            assertThat(Mailbox.parse(mailbox.toString())).contains(mailbox);
        }
    }

    /** Unicode's C1 controls are as little of a local part as ASCII's. */
    @Test
    void writable() {
        String written = IntStream.range(0, 0x100)
                .filter(c -> Mailbox.of(Character.toString(c), new Domain("example.org"))
                        .isPresent())
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        String latin =
                IntStream.range(0xa0, 0x100).mapToObj(Character::toString).collect(Collectors.joining());
        assertThat(written).isEqualTo(" " + PRINTABLE + latin);
    }

    /** RFC 5321 §4.1.2: {@code sub-domain}, and the underscore that names in use have. */
    @Test
    void label() {
        String taken = LETTERS + DIGITS + "_-";
        assertThat(ascii(c -> Domain.problem("a" + Character.toString(c) + "a").isEmpty()))
                .isEqualTo(sorted(taken + "."));
        assertThat(ascii(c -> Mailbox.parse("a@b" + Character.toString(c) + "b").isPresent()))
                .isEqualTo(sorted(taken + "."));
        assertThat(ascii(c -> Domain.problem("a" + Character.toString(c) + "a").isEmpty()
                        && new Domain("a" + Character.toString(c) + "a").isHostName()))
                .isEqualTo(sorted(LETTERS + DIGITS + "-."));
    }

    /** RFC 3461 §4: {@code xchar}. */
    @Test
    void xchar() {
        assertThat(ascii(c -> Xtext.decode(Character.toString(c)).isPresent()))
                .isEqualTo(ascii(c -> c > 0x20 && c < 0x7f && c != '+' && c != '='));
        assertThat(ascii(c ->
                        Xtext.encode(Character.toString(c).getBytes(ISO_8859_1)).equals(Character.toString(c))))
                .isEqualTo(ascii(c -> c > 0x20 && c < 0x7f && c != '+' && c != '='));
    }

    /** RFC 5321 §4.1.2: {@code esmtp-keyword}, in upper case, and {@code esmtp-value}. */
    @Test
    void parameter() {
        assertThat(ascii(c -> Parameter.isKeyword("A" + Character.toString(c))))
                .isEqualTo(sorted("ABCDEFGHIJKLMNOPQRSTUVWXYZ" + DIGITS + "-"));
        assertThat(ascii(c -> Parameter.isKeyword(Character.toString(c))))
                .isEqualTo(sorted("ABCDEFGHIJKLMNOPQRSTUVWXYZ" + DIGITS));
        assertThat(ascii(c -> Parameter.isValue(Character.toString(c))))
                .isEqualTo(ascii(c -> c > 0x20 && c < 0x7f && c != '='));
    }

    /** RFC 5321 §4.1.1.1: {@code ehlo-param}. A line with another character is no capability at all. */
    @Test
    void ehloParameter() {
        for (char c : (" " + PRINTABLE).toCharArray()) {
            assertThat(advertised("X A" + c).keywords()).containsKey("X");
        }
        assertThat(advertised("X A\u00e9").keywords()).isEmpty();
    }

    private static Capabilities advertised(String line) {
        return Capabilities.of(new Reply(250, Optional.empty(), List.of("mx.example.com", line)));
    }

    /** RFC 5321 §4.1.3: {@code dcontent} of a general address literal. */
    @Test
    void generalLiteral() {
        assertThat(ascii(c -> AddressLiteral.parse("[tag:" + Character.toString(c) + "]")
                        .isPresent()))
                .isEqualTo(ascii(c -> c > 0x20 && c < 0x7f && c != '[' && c != '\\' && c != ']'));
    }
}
