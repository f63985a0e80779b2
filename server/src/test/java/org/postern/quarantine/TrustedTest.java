package org.postern.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.spool.SpooledMessage;

class TrustedTest {
    @TempDir
    private Path directory;

    private QuarantineSpool spool;
    private Path file;

    @BeforeEach
    void open() throws IOException {
        spool = new QuarantineSpool(directory.resolve("spool"), "2026-11-28T06:00:00Z");
        file = directory.resolve("trusted");
    }

    @AfterEach
    void close() throws IOException {
        spool.close();
    }

    private SpooledMessage held(String from, String proof) throws IOException {
        return spool.held(from, proof, "Subject: x", "bob@example.com");
    }

    private static Trust given(Trust.Outcome outcome) {
        assertThat(outcome).isInstanceOf(Trust.Outcome.Given.class);
        return ((Trust.Outcome.Given) outcome).trust();
    }

    @Test
    void trustIsOfTheSenderTheProofAndWhatCounted() throws IOException {
        Trust trust = given(Trusted.open(file)
                .add(held("Ann@Example.org", "spf example.org"), Trust.Scope.SENDER, spool.instant()));
        assertThat(trust.exception().who()).hasToString("sender ann@example.org proven by spf example.org");
        assertThat(trust.checks()).extracting(check -> check.id()).containsExactlyInAnyOrder("helo-resolves", "iprev");
        assertThat(trust.exception().checks()).isEqualTo(trust.checks());
    }

    @ParameterizedTest
    @CsvSource({
        "ann@example.org, spf example.org, SENDER",
        "ann@example.org, client 2001:db8::/64, DOMAIN",
        "\"a b@c\"@example.org, organisation example.net, SENDER"
    })
    void whatIsTrustedOutlivesARestartAndCanBeTakenBack(String from, String proof, Trust.Scope scope)
            throws IOException {
        Trusted trusted = Trusted.open(file);
        SpooledMessage message = held(from, proof);
        Trust trust = given(trusted.add(message, scope, spool.instant()));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Trusted again = Trusted.open(file);
        assertThat(again.all()).containsExactly(trust);
        assertThat(again.exceptions()).containsExactly(trust.exception());
        assertThat(again.remove(message.id())).isTrue();
        assertThat(again.remove(message.id())).isFalse();
        assertThat(again.exceptions()).isEmpty();
        assertThat(Trusted.open(file).all()).isEmpty();
    }

    @Test
    void theSameIsTrustedOnce() throws IOException {
        Trusted trusted = Trusted.open(file);
        trusted.add(held("ann@example.org", "spf example.org"), Trust.Scope.SENDER, spool.instant());
        trusted.add(held("ann@example.org", "spf example.org"), Trust.Scope.SENDER, spool.instant());
        trusted.add(held("ann@example.org", "client 192.0.2.1/32"), Trust.Scope.SENDER, spool.instant());
        assertThat(trusted.all()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "'', spf example.org, no sender",
        "ann@[192.0.2.1], client 192.0.2.1/32, of no domain",
        "ann@example.org, '', nothing was kept",
    })
    void whoProvesNothingIsNotTrusted(String from, String proof, String why) throws IOException {
        Trusted trusted = Trusted.open(file);
        Trust.Outcome outcome = trusted.add(held(from, proof), Trust.Scope.DOMAIN, spool.instant());
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Trust.Outcome.Refused.class,
                        refused -> assertThat(refused.why()).contains(why));
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "m-01M88T3BE05DD 2026-11-28T06:00:00Z iprev spf example.org",
                "m-01M88T3BE05DD 2026-11-28T06:00:00Z  spf example.org ann@example.org",
                "m-01M88T3BE05DD 2026-11-28T06:00:00Z dance spf example.org ann@example.org",
                "m-01M88T3BE05DD yesterday iprev spf example.org ann@example.org",
                "m-01M88T3BE05DD 2026-11-28T06:00:00Z iprev said example.org ann@example.org",
                "m-1 2026-11-28T06:00:00Z iprev spf example.org ann@example.org"
            })
    void lineThatMakesNoSenseIsNamed(String line) throws IOException {
        Files.writeString(file, "\n" + line + "\n");
        assertThatThrownBy(() -> Trusted.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + ":2: ");
    }
}
