package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.postern.dkim.SigningKey;
import org.postern.signing.KeyFile;
import org.postern.smtp.Domain;

/**
 * A key to sign with that OpenSSL made.
 *
 * @param record what its record in DNS says
 */
record OpensslKey(String domain, String selector, Path file, String record) {
    static OpensslKey rsa(Path directory, String domain) throws IOException, InterruptedException {
        return made(directory, domain, "r", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    }

    static OpensslKey ed25519(Path directory, String domain) throws IOException, InterruptedException {
        return made(directory, domain, "e", "genpkey", "-algorithm", "ed25519");
    }

    private static OpensslKey made(Path directory, String domain, String selector, String... how)
            throws IOException, InterruptedException {
        Path file = directory.resolve(domain + "." + selector + ".pem");
        String[] arguments = Arrays.copyOf(how, how.length + 2);
        arguments[how.length] = "-out";
        arguments[how.length + 1] = file.toString();
        Program openssl = Program.named("openssl");
        openssl.run(arguments).succeeded();
        String pem = openssl.run("pkey", "-in", file.toString(), "-pubout")
                .succeeded()
                .output();
        String base64 = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
        if (selector.equals("r")) {
            return new OpensslKey(domain, selector, file, "v=DKIM1; k=rsa; p=" + base64);
        }
        byte[] der = Base64.getDecoder().decode(base64);
        byte[] point = Arrays.copyOfRange(der, der.length - 32, der.length);
        return new OpensslKey(
                domain,
                selector,
                file,
                "v=DKIM1; k=ed25519; p=" + new String(Base64.getEncoder().encode(point), ISO_8859_1));
    }

    /** Where its record stands. */
    String name() {
        return selector + "._domainkey." + domain;
    }

    /** A line of a zone file. */
    String zoneLine() {
        int half = record.length() / 2;
        return name() + ". TXT \"" + record.substring(0, half) + "\" \"" + record.substring(half) + "\"\n";
    }

    /** A section of a configuration. */
    String section() {
        return """
            [[dkim]]
            domain = "%s"
            selector = "%s"
            key = "%s"
            """.formatted(domain, selector, file);
    }

    SigningKey key() throws IOException {
        return new KeyFile(new Domain(domain), selector, file).read();
    }
}
