package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postern.program.Program;

/**
 * Python's {@code dkim}, which seals and verifies without a line of ours. It asks a file for the records of keys, never DNS.
 *
 * @param directory where its files are
 * @param records the text of each record, by its name without a dot at the end
 */
public record Dkimpy(Path directory, Map<String, String> records) {
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private static final String NAMES = """
        import dkim, sys
        records = dict(line.rstrip("\\n").split("\\t") for line in open(sys.argv[2]))
        def names(name, timeout=5):
            return records.get(name.decode().rstrip(".").lower(), "").encode() or None
        message = open(sys.argv[1], "rb").read()
        """;

    private static final String VERIFY = NAMES + """
        d = dkim.DKIM(message)
        for i, (name, _) in enumerate(h for h in d.headers if h[0].lower() == b"dkim-signature"):
            one = dkim.DKIM(message)
            try:
                holds = one.verify(idx=i, dnsfunc=names)
                print("pass" if holds else "fail", one.signature_fields[b"a"].decode(), one.domain.decode())
            except dkim.DKIMException as problem:
                print("error", problem)
        """;

    private static final String VERIFY_CHAIN = NAMES + """
        status, results, comment = dkim.arc_verify(message, dnsfunc=names)
        print(status.decode() if status else None, comment)
        for one in results:
            print(one["instance"], one["ams-domain"].decode(), "ams" if one["ams-valid"] else "-",
                "seal" if one["as-valid"] else "-", one["cv"].decode())
        """;

    private static final String SEAL = """
        import dkim, sys
        message = open(sys.argv[1], "rb").read()
        key = open(sys.argv[2], "rb").read()
        fields = dkim.arc_sign(message, sys.argv[3].encode(), sys.argv[4].encode(), key, sys.argv[5].encode())
        sys.stdout.buffer.write(b"".join(fields))
        """;

    /** Ends the test where it is not installed. */
    public Dkimpy {
        records = Map.copyOf(records);
        if (!Files.isExecutable(PYTHON) || !answers()) {
            throw Program.missing("python3-dkim");
        }
    }

    private static boolean answers() {
        try {
            return new ProcessBuilder(PYTHON.toString(), "-c", "import authres, dkim, nacl")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String run(String script, byte[] message, String... arguments) throws IOException, InterruptedException {
        Path file = Files.write(Files.createTempFile(directory, "message", ".eml"), message);
        List<String> all = new ArrayList<>(List.of("-c", script, file.toString()));
        all.addAll(List.of(arguments));
        return new Program(PYTHON).run(directory, "", all.toArray(String[]::new));
    }

    private String names() throws IOException {
        var lines = new StringBuilder();
        records.forEach(
                (name, text) -> lines.append(name).append('\t').append(text).append('\n'));
        return Files.writeString(Files.createTempFile(directory, "records", ".txt"), lines, US_ASCII)
                .toString();
    }

    /** Each signature of {@code message}, the newest first: {@code pass rsa-sha256 example.org}. */
    public List<String> signatures(byte[] message) throws IOException, InterruptedException {
        return run(VERIFY, message, names()).lines().toList();
    }

    /** What its chain came to and why, {@code pass success}, and then a line for each set, the newest first: {@code 1 d ams seal none}. */
    public List<String> chain(byte[] message) throws IOException, InterruptedException {
        return run(VERIFY_CHAIN, message, names()).lines().toList();
    }

    /** {@code message} as one seals it who found what its Authentication-Results of {@code authservId} say. */
    public byte[] sealed(byte[] message, Path rsaKey, String selector, String domain, String authservId)
            throws IOException, InterruptedException {
        return before(message, run(SEAL, message, rsaKey.toString(), selector, domain, authservId));
    }

    private static byte[] before(byte[] message, String fields) {
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("it signs nothing");
        }
        return (fields + new String(message, ISO_8859_1)).getBytes(ISO_8859_1);
    }
}
