package org.postern.maildrop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.Mailbox;

/** Who may read what is left there, when the server is not root: package/check has it read by one that isn't. */
class MaildropTest {
    private static final Mailbox ANN = Mailbox.parse("ann@example.com").orElseThrow();

    @TempDir
    private Path directory;

    @BeforeEach
    void make() throws IOException {
        Maildrop.make(directory);
    }

    private String permissionsOfWhatIsLeft() throws IOException {
        Maildrop.leave(directory, new Dropped(ANN, List.of(ANN)), "Subject: x\n\n".getBytes(UTF_8));
        try (Stream<Path> files = Files.list(directory)) {
            Path left = files.filter(file -> file.getFileName().toString().startsWith(Maildrop.WHOLE))
                    .findFirst()
                    .orElseThrow();
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(left));
        }
    }

    @Test
    void theServersGroupMayReadWhatIsLeft() throws IOException {
        assertThat((int) Files.getAttribute(directory, "unix:mode") & 07777).isEqualTo(03733);
        assertThat(permissionsOfWhatIsLeft()).isEqualTo("rw-r-----");
    }

    @Test
    void theSendersOwnGroupMayNot() throws IOException {
        // A maildrop of before: a file there has its sender's group.
        Files.setAttribute(directory, "unix:mode", 01733);

        assertThat(permissionsOfWhatIsLeft()).isEqualTo("rw-------");
    }
}
