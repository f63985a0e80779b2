package org.postern.begin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.postern.config.Config;

/** Where a server may write under ProtectSystem=strict. */
class UnitDropInTest {
    private static String of(String toml) {
        Config.Result result =
                Config.of("hostname = \"mx.example.com\"\n" + toml, Path.of("/etc/postern/postern.toml"));
        assertThat(result).isInstanceOf(Config.Result.Valid.class);
        return UnitDropIn.of(((Config.Result.Valid) result).config());
    }

    @Test
    void whatIsTheSameForAllMailboxesIsNamedOnce() {
        assertThat(of("""
            data = "/var/lib/postern"
            [domains."example.com"]
            deliver = "maildir:/var/mail/{domain}/{local}"
            [domains."example.org"]
            deliver = "maildir:/var/mail/box-{local}"
            [domains."example.net"]
            deliver = "maildir:/srv/mail/one"
            """)).isEqualTo(UnitDropIn.HEAD + """

                [Service]
                ReadWritePaths=/var/lib/postern
                ReadWritePaths=/var/mail
                ReadWritePaths=/srv/mail/one
                """);
    }

    @Test
    void whatLiesBelowAnotherIsNotNamed() {
        assertThat(of("""
            data = "/var/lib/postern"
            [domains."example.com"]
            deliver = "maildir:/var/lib/postern/maildir/{domain}/{local}"
            [domains."example.org"]
            deliver = "lmtp:/run/dovecot/lmtp"
            """)).endsWith("[Service]\nReadWritePaths=/var/lib/postern\n");
    }

    // systemd.syntax(7), systemd.unit(5).
    @Test
    void whatSystemdWouldReadOtherwiseIsQuoted() {
        assertThat(of("""
            data = '/srv/100% "mail"'
            [domains."example.com"]
            deliver = 'lmtp:/run/dovecot/lmtp'
            """)).endsWith("ReadWritePaths=\"/srv/100%% \\\"mail\\\"\"\n");
    }
}
