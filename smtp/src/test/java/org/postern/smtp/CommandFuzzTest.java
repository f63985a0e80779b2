package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any line at all: a command comes out, and what it holds, written down, reads back to the same. */
final class CommandFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void command(byte[] line) {
        switch (Command.parse(line)) {
            case Command.Mail mail -> {
                assertThat(again("MAIL FROM:" + mail.from().path()))
                        .isEqualTo(new Command.Mail(mail.from(), java.util.List.of()));
                mail.parameters().forEach(CommandFuzzTest::readsBack);
                assertThat(mail.checkedParameters()).isNotNull();
            }
            case Command.Rcpt rcpt -> {
                assertThat(again("RCPT TO:" + rcpt.to().path()))
                        .isEqualTo(new Command.Rcpt(rcpt.to(), java.util.List.of()));
                rcpt.parameters().forEach(CommandFuzzTest::readsBack);
            }
            case Command.Hello hello -> {
                String text = hello.name().text();
                assertThat(text.chars()).as(text).allMatch(c -> c >= 0x20 && c < 0x7f);
                assertThat(text.length()).isLessThanOrEqualTo(Domain.MAX_OCTETS);
                if (!(hello.name() instanceof Greeting.Malformed)) {
                    assertThat(((Command.Hello) again(hello.verb() + " " + text))
                                    .name()
                                    .text())
                            .isEqualTo(text);
                }
            }
            case Command.Bdat bdat -> assertThat(bdat.octets()).isNotNegative();
            case Command.Invalid invalid -> {
                assertThat(invalid.reply().isPermanent()).isTrue();
                assertThat(Reply.parse(invalid.reply().toBytes())).contains(invalid.reply());
            }
            case Command.Auth auth -> assertThat(auth.mechanism()).hasSizeBetween(1, 20);
            case Command.Vrfy vrfy -> assertThat(vrfy.who()).isNotEmpty();
            case Command.Expn expn -> assertThat(expn.list()).isNotEmpty();
            case Command.Xclient xclient -> {
                assertThat(xclient.port().orElse(0)).isBetween(0, 65_535);
                if (xclient.address() instanceof Command.Xclient.Address.Known known) {
                    String text = AddressLiteral.text(known.address());
                    assertThat(((Command.Xclient) again("XCLIENT ADDR=" + (text.contains(":") ? "IPV6:" : "") + text))
                                    .address())
                            .isEqualTo(known);
                }
            }
            case Command.Data _,
                    Command.Rset _,
                    Command.Help _,
                    Command.Noop _,
                    Command.Quit _,
                    Command.StartTls _ -> {}
        }
    }

    private static void readsBack(Parameter parameter) {
        assertThat(((Command.Mail) again("MAIL FROM:<> " + parameter)).parameters())
                .containsExactly(parameter);
    }

    private static Command again(String line) {
        return Command.parse(line.getBytes(UTF_8));
    }
}
