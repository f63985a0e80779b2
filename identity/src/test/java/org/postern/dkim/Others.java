package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.postern.program.Program;

/** DKIM as others do it: libopendkim and dkimpy, both in one process of {@code others.py}. For one thread. */
final class Others implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src/test/resources/dkim/others.py");
    private static final String PYTHON = "/usr/bin/python3";

    private final Writer to;
    private final BufferedReader from;

    private Others(Process process) {
        this.to = process.outputWriter(US_ASCII);
        this.from = process.inputReader(US_ASCII);
    }

    /** Which program. */
    enum Who {
        OPENDKIM,
        DKIMPY;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** With these keys, and the names of the server on that port of loopback. Ends the test where the programs are missing. */
    static Others start(Path directory, TestKeys keys, int port) throws IOException, InterruptedException {
        var check = new ProcessBuilder(
                        PYTHON,
                        "-c",
                        "import ctypes, dkim, nacl.signing, dns.resolver; ctypes.CDLL('libopendkim.so.11')")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        if (!Files.isExecutable(Path.of(PYTHON)) || check.start().waitFor() != 0) {
            throw Program.missing("dkimpy with PyNaCl and dnspython, or libopendkim");
        }
        keys.write(directory);
        Process process = new ProcessBuilder(PYTHON, SCRIPT.toString(), String.valueOf(port), directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // Whoever ends the tests early ends it too.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new Others(process);
    }

    /** A field with a signature; empty where the program does not sign such a message. */
    Optional<String> sign(Who who, String kind, Signing.Style style, boolean partly, String message)
            throws IOException {
        String length = partly ? "partly" : "whole";
        String field = answer(
                "sign", who.word(), kind, style.header().word(), style.body().word(), length, base64(message));
        return field.equals("-")
                ? Optional.empty()
                : Optional.of(new String(Base64.getDecoder().decode(field), ISO_8859_1));
    }

    /** What comes of each signature: {@code pass}, {@code fail}, {@code invalid}. */
    List<String> verify(Who who, String message) throws IOException {
        return Arrays.asList(answer("verify", who.word(), base64(message)).split(" ", -1));
    }

    /** The SHA-256 of a body in dkimpy's canonical form. */
    byte[] bodyHash(Form form, OptionalLong limit, byte[] body) throws IOException {
        String length = limit.isPresent() ? String.valueOf(limit.getAsLong()) : "-";
        return Base64.getDecoder()
                .decode(answer("canonical", form.word(), length, base64(new String(body, ISO_8859_1))));
    }

    private static String base64(String octets) {
        return octets.isEmpty() ? "-" : Base64.getEncoder().encodeToString(octets.getBytes(ISO_8859_1));
    }

    private String answer(String... words) throws IOException {
        to.write(String.join(" ", words) + "\n");
        to.flush();
        String line = from.readLine();
        if (line == null) {
            throw new IOException("others.py ended at " + String.join(" ", words));
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        // It ends with its input.
        to.close();
    }
}
