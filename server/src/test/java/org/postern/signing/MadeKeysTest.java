package org.postern.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.dkim.Algorithm;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.postern.smtp.Domain;

/** The keys that {@code postern dkim new} makes, and the files that they are kept in. */
class MadeKeysTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 28);

    @TempDir
    private Path directory;

    private MadeKeys keys() {
        return new MadeKeys(directory.resolve("data/dkim"));
    }

    @Test
    void thereAreNoneAtFirst() throws Exception {
        assertThat(keys().all()).isEmpty();
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void aPairHasOneOfEachKindAndIsReadBackTheSame() throws Exception {
        List<MadeKey> made = keys().make(new Domain("example.com"), DAY);
        assertThat(made).extracting(MadeKey::algorithm).containsExactly(Algorithm.RSA_SHA256, Algorithm.ED25519_SHA256);
        assertThat(made.getFirst().bits()).hasValue(2_048);
        assertThat(keys().all()).containsExactlyElementsOf(made);
        for (MadeKey key : made) {
            assertThat(key.file().read().algorithm()).isEqualTo(key.algorithm());
            assertThat(key.stands()).isEmpty();
        }
    }

    @Test
    void nobodyElseMayReadThemOrEnter() throws Exception {
        keys().make(new Domain("example.com"), DAY);
        for (String place : List.of("data/dkim", "data/dkim/example.com")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(place))))
                    .isEqualTo("rwx------");
        }
        try (Stream<Path> files = Files.list(directory.resolve("data/dkim/example.com"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(4);
            for (Path file : all) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void pairsOfOneDayHaveNamesOfTheirOwnAndTheTwentySeventhIsRefused() throws Exception {
        var domain = new Domain("example.com");
        keys().make(domain, DAY);
        List<MadeKey> second = keys().make(domain, DAY);
        assertThat(second.getFirst().file().selector()).isEqualTo("p261128br");
        assertThat(second.getFirst().isSuccessorOf(keys().all().getFirst())).isTrue();
        Path own = directory.resolve("data/dkim/example.com");
        for (char letter = 'c'; letter <= 'z'; letter++) {
            Files.createFile(own.resolve("p261128" + letter + "r.pem"));
        }
        assertThatThrownBy(() -> keys().make(domain, DAY))
                .isInstanceOf(IOException.class)
                .hasMessage("26 pairs of keys for example.com were made today already");
    }

    /** RFC 1035 §3.3.14: strings of 255 octets; read back they are the record. */
    @Test
    void itsZoneLineHoldsItsRecord() throws Exception {
        for (MadeKey key : keys().make(new Domain("example.com"), DAY)) {
            var answer = new TestZone(key.zoneLine() + "\n").resolver().ask(key.name(), RecordType.TXT);
            assertThat(answer.texts()).containsExactly(key.record());
            assertThat(key.isIn(answer)).isTrue();
            assertThat(key.zoneLine().lines()).allMatch(line -> line.length() < 300);
        }
    }

    @Test
    void aDomainOfULabelsHasItsRecordAtItsALabels() throws Exception {
        MadeKey key = keys().make(new Domain("b\u00fccher.example"), DAY).getFirst();
        assertThat(key.name().text()).isEqualTo("p261128ar._domainkey.xn--bcher-kva.example");
        assertThat(keys().all())
                .extracting(one -> one.file().domain().canonical())
                .containsOnly("xn--bcher-kva.example");
    }

    @Test
    void aNameThatLeavesNoRoomForASelectorCanHaveNone() {
        String label = "a".repeat(63) + ".";
        assertThat(MadeKeys.canHaveKeys(new Domain("example.com"))).isTrue();
        assertThat(MadeKeys.canHaveKeys(new Domain(label.repeat(3) + "a".repeat(50))))
                .isFalse();
    }

    @Test
    void whatIsOddAmongTheFilesIsNamed() throws Exception {
        MadeKey key = keys().make(new Domain("example.com"), DAY).getFirst();
        Path own = directory.resolve("data/dkim/example.com");
        Files.writeString(own.resolve("p261128ar.stands"), "yesterday\n");
        assertThatThrownBy(() -> keys().all())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("p261128ar.stands holds no time");
        keys().note(key, Optional.empty());
        Files.writeString(own.resolve("p261128ar.pub"), "AAAA\n");
        assertThatThrownBy(() -> keys().all())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("p261128ar.pub holds no public key");
    }
}
