package org.postern.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.route.MaildirDelivery.Copy;

final class MaildirDeliveryTest {
    private static final Instant RECEIVED = Instant.parse("2026-11-25T12:00:00Z");

    private final MaildirDelivery delivery = new MaildirDelivery("mx.example.com");

    @TempDir
    private Path root;

    private static Copy copy(Path maildir, String prefix) {
        return new Copy(maildir, Optional.empty(), RECEIVED, "m-1R0", prefix);
    }

    @Test
    void aMessageStandsInNewWithItsPrefixAndLfLineEnds() throws IOException {
        delivery.deliver(copy(root.resolve("a/ann"), "X: 1\r\n"), content("Subject: x\r\n\r\nbody\r\n"));
        assertThat(messages("a/ann")).containsExactly("X: 1\nSubject: x\n\nbody\n");
        assertThat(files("a/ann/tmp")).isEmpty();
    }

    @Test
    void theFileIsReadableByUsOnlyAndNamedAsMaildirsDo() throws IOException {
        delivery.deliver(copy(root.resolve("ann"), ""), content("x\r\n"));
        Path file = files("ann/new").getFirst();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("ann"))))
                .isEqualTo("rwx------");
        assertThat(file.getFileName()).hasToString(RECEIVED.getEpochSecond() + ".m-1R0.mx.example.com");
    }

    @Test
    void aHostNameCannotMakeAPath() throws IOException {
        new MaildirDelivery("a/b:c").deliver(copy(root.resolve("ann"), ""), content("x\r\n"));
        assertThat(files("ann/new").getFirst().getFileName().toString()).endsWith(".a\\057b\\072c");
    }

    // A crash came between the delivery and its note.
    @ParameterizedTest
    @ValueSource(strings = {"new/", "cur/:2,", "cur/:2,S"})
    void whatIsThereAlreadyIsNotDeliveredAgain(String place) throws IOException {
        delivery.deliver(copy(root.resolve("ann"), "Received: m-1\r\n"), content("x\r\n"));
        Path file = files("ann/new").getFirst();
        Path moved = root.resolve("ann").resolve(place.replace("/", "/" + file.getFileName()));
        Files.move(file, moved);
        delivery.deliver(copy(root.resolve("ann"), "Received: m-1\r\n"), content("x\r\n"));
        assertThat(Stream.concat(files("ann/new").stream(), files("ann/cur").stream()))
                .containsExactly(moved);
    }

    @Test
    void anotherMessageOfTheSameNameIsDeliveredAllTheSame() throws IOException {
        delivery.deliver(copy(root.resolve("ann"), "Received: m-1 by one\r\n"), content("x\r\n"));
        delivery.deliver(copy(root.resolve("ann"), "Received: m-1 by another\r\n"), content("y\r\n"));
        assertThat(messages("ann")).containsExactly("Received: m-1 by one\nx\n", "Received: m-1 by another\ny\n");
    }

    @Test
    void whatABrokenAttemptLeftIsThrownAway() throws IOException {
        Path tmp = Files.createDirectories(root.resolve("ann/tmp"));
        Files.writeString(tmp.resolve(RECEIVED.getEpochSecond() + ".m-1R0.mx.example.com"), "half a message, long");
        delivery.deliver(copy(root.resolve("ann"), ""), content("x\r\n"));
        assertThat(messages("ann")).containsExactly("x\n");
        assertThat(files("ann/tmp")).isEmpty();
    }

    @Test
    void whatCannotBePublishedLeavesNothing() throws IOException {
        Files.createDirectories(root.resolve("bob/tmp"));
        Files.createDirectories(root.resolve("bob/cur"));
        Files.createSymbolicLink(root.resolve("bob/new"), root.resolve("nowhere"));
        assertThatThrownBy(() -> delivery.deliver(copy(root.resolve("bob"), ""), content("x\r\n")))
                .isInstanceOf(IOException.class);
        assertThat(files("bob/tmp")).isEmpty();
    }

    @Test
    void contentThatBreaksOffLeavesNothing() throws IOException {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the client is gone");
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                throw new IOException("the client is gone");
            }
        };
        InputStream content = new SequenceInputStream(content("x\r\n"), broken);
        assertThatThrownBy(() -> delivery.deliver(copy(root.resolve("ann"), ""), content))
                .hasMessage("the client is gone");
        assertThat(files("ann/new")).isEmpty();
        assertThat(files("ann/tmp")).isEmpty();
    }

    /** The content comes out identical, once line ends are made CRLF, however it is cut into pieces. */
    @Test
    void theContentIsKeptExactly() {
        qt().withExamples(60)
                .forAll(integers().between(0, 200_000), integers().all())
                .checkAssert((size, seed) -> {
                    var random = new Random(seed);
                    var text = new StringBuilder();
                    while (text.length() < size) {
                        int length = random.nextInt(5) == 0 ? random.nextInt(30_000) : random.nextInt(80);
                        for (int i = 0; i < length; i++) {
                            text.append(
                                    (char) (random.nextInt(4) == 0 ? 1 + random.nextInt(9) : 14 + random.nextInt(242)));
                        }
                        text.append("\r\n");
                    }
                    Path maildir = root.resolve("p" + seed + "-" + size);
                    try {
                        delivery.deliver(
                                copy(maildir, ""), new Pieces(text.toString().getBytes(ISO_8859_1), random));
                        byte[] kept =
                                Files.readAllBytes(list(maildir.resolve("new")).getLast());
                        assertThat(new String(kept, ISO_8859_1)
                                        .replace("\n", "\r\n")
                                        .equals(text.toString()))
                                .isTrue();
                    } catch (IOException wrong) {
                        throw new AssertionError(wrong);
                    }
                });
    }

    /** Delivers in pieces of any size. */
    private static final class Pieces extends ByteArrayInputStream {
        private final Random random;

        Pieces(byte[] octets, Random random) {
            super(octets);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] into, int from, int length) {
            return super.read(into, from, 1 + random.nextInt(length));
        }
    }

    private static InputStream content(String text) {
        return new ByteArrayInputStream(text.getBytes(US_ASCII));
    }

    private List<String> messages(String maildir) throws IOException {
        return files(maildir + "/new").stream().map(MaildirDeliveryTest::text).toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (IOException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private List<Path> files(String directory) throws IOException {
        return list(root.resolve(directory));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
