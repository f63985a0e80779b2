package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python listens, for Java has no datagrams on Unix sockets. */
class NotifyTest {
    private static final String LISTENER = """
        import socket, sys
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(sys.argv[1].replace('@', chr(0)))
        print('bound', flush=True)
        print(listener.recv(100).decode(), flush=True)
        """;

    @TempDir
    private Path directory;

    private static String heardAt(String socket, String told) throws IOException {
        Process listener = new ProcessBuilder("python3", "-c", LISTENER, socket)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = listener.inputReader(UTF_8)) {
            assertThat(said.readLine()).isEqualTo("bound");
            new Notify(Optional.of(socket)).tell(told);
            return said.readLine();
        } finally {
            listener.destroy();
        }
    }

    @Test
    void whoAskedIsToldAtAPath() throws IOException {
        assertThat(heardAt(directory.resolve("notify").toString(), Notify.READY))
                .isEqualTo("READY=1");
    }

    @Test
    void whoAskedIsToldAtAnAbstractName() throws IOException {
        assertThat(heardAt("@postern-test-" + ProcessHandle.current().pid(), Notify.STOPPING))
                .isEqualTo("STOPPING=1");
    }

    @Test
    void nobodyIsToldWhereNobodyAsked() {
        assertThatCode(() -> new Notify(Optional.empty()).tell(Notify.READY)).doesNotThrowAnyException();
    }

    @Test
    void aSocketThatIsGoneStopsNothing() {
        for (String socket : new String[] {directory.resolve("gone").toString(), "/" + "x".repeat(200)}) {
            assertThatCode(() -> new Notify(Optional.of(socket)).tell(Notify.READY))
                    .doesNotThrowAnyException();
        }
    }
}
