package org.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config.Result;
import org.postern.dkim.Algorithm;
import org.postern.program.Program;
import org.postern.signing.KeyFile;
import org.postern.smtp.Domain;

/** {@code [[dkim]]}: which files are keys, and what is said of those that are none. */
class SigningConfigTest {
    @TempDir
    private Path directory;

    private Path openssl(String name, String... arguments) throws IOException, InterruptedException {
        Program.named("openssl").run(directory, "", arguments);
        return directory.resolve(name);
    }

    private Path rsa(String bits) throws IOException, InterruptedException {
        return openssl(
                "rsa.pem", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + bits, "-out", "rsa.pem");
    }

    private static String section(String selector, Path key) {
        return """
            [[dkim]]
            domain = "example.com"
            selector = "%s"
            key = "%s"
            """.formatted(selector, key.getFileName());
    }

    private Result read(String toml) {
        return Config.parse(toml, Path.of("postern.toml"), directory);
    }

    private List<String> mistakes(String toml) {
        return read(toml) instanceof Result.Invalid invalid
                ? invalid.mistakes().stream().map(Object::toString).toList()
                : List.of();
    }

    private Algorithm algorithm(String section) throws IOException {
        assertThat(mistakes(section)).isEmpty();
        KeyFile key = ((Result.Valid) read(section)).config().signing().getFirst();
        return key.read().algorithm();
    }

    @Test
    void keysByOpensslAndOpendkimAreRead() throws Exception {
        assertThat(algorithm(section("k1", rsa("2048")))).isEqualTo(Algorithm.RSA_SHA256);
        Path ed25519 = openssl("e.pem", "genpkey", "-algorithm", "ed25519", "-out", "e.pem");
        assertThat(algorithm(section("k2", ed25519))).isEqualTo(Algorithm.ED25519_SHA256);
        Path pkcs1 = openssl("t.pem", "genrsa", "-traditional", "-out", "t.pem", "1024");
        assertThat(Files.readString(pkcs1)).startsWith("-----BEGIN RSA PRIVATE KEY-----");
        assertThat(algorithm(section("k3", pkcs1))).isEqualTo(Algorithm.RSA_SHA256);
        Path large = openssl("l.pem", "genrsa", "-traditional", "-out", "l.pem", "4096");
        assertThat(algorithm(section("k4", large))).isEqualTo(Algorithm.RSA_SHA256);
        Program.named("opendkim-genkey").run(directory, "", "-b", "2048", "-d", "example.com", "-s", "k5");
        assertThat(algorithm(section("k5", directory.resolve("k5.private")))).isEqualTo(Algorithm.RSA_SHA256);
    }

    @Test
    void itIsWrittenBackTheSame() throws Exception {
        Path key = rsa("2048");
        Result.Valid first = (Result.Valid) read(section("k1", key));
        String written = ConfigText.of(first.config());
        assertThat(written).contains("[[dkim]]", "selector = \"k1\"");
        assertThat(((Result.Valid) read(written)).config().signing())
                .isEqualTo(first.config().signing())
                .containsExactly(new KeyFile(new Domain("example.com"), "k1", key));
    }

    @Test
    void filesThatAreNoKeysAreNamedWithWhatTheyShouldBe() throws Exception {
        Path absent = directory.resolve("absent.pem");
        assertThat(mistakes(section("k1", absent)))
                .containsExactly("postern.toml:4: dkim.key can't be used: " + absent + ": it is not there");
        assertThat(mistakes(section("k1", rsa("512"))))
                .singleElement()
                .asString()
                .startsWith("postern.toml:4: dkim.key can't be used: ")
                .endsWith("an RSA key of 512 bits; at least 1024 are needed");
        Path curve =
                openssl("c.pem", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "c.pem");
        assertThat(mistakes(section("k1", curve)))
                .singleElement()
                .asString()
                .contains("it holds no key that one can sign with, RSA of 1024 bits or more or Ed25519");
        Path encrypted = openssl(
                "x.pem", "genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", "pass:secret", "-out", "x.pem");
        assertThat(mistakes(section("k1", encrypted)))
                .singleElement()
                .asString()
                .contains("it is encrypted", "openssl pkey -in OLD -out NEW");
        Path text = Files.writeString(directory.resolve("text.pem"), "no key\n");
        assertThat(mistakes(section("k1", text)))
                .singleElement()
                .asString()
                .endsWith("it holds no private key in PEM, with a line -----BEGIN PRIVATE KEY-----");
        Path large = Files.write(directory.resolve("large.pem"), new byte[40_000]);
        assertThat(mistakes(section("k1", large))).singleElement().asString().contains("larger than 32768 octets");
        Path folder = Files.createDirectory(directory.resolve("folder"));
        assertThat(mistakes(section("k1", folder))).singleElement().asString().contains("postern.toml:4: dkim.key");
    }

    @Test
    void oddSelectorsAndDomainsAndWhatIsMissingAreNamed() throws Exception {
        Path key = rsa("2048");
        assertThat(mistakes(section("not a name", key)))
                .singleElement()
                .asString()
                .startsWith("postern.toml:3: ");
        assertThat(mistakes(section("k1", key).replace("example.com", "-odd-")))
                .singleElement()
                .asString()
                .startsWith("postern.toml:2: dkim.domain");
        assertThat(mistakes("""
            [[dkim]]
            domain = "example.com"
            """))
                .containsExactly("postern.toml:2: dkim needs domain, selector and key; postern dkim new makes keys that"
                        + " need no line here");
        assertThat(mistakes(section("k1", key) + "sellector = \"k2\"\n"))
                .singleElement()
                .asString()
                .contains("postern.toml:5", "selector");
        assertThat(mistakes(section("k1", key) + section("k1", key)))
                .singleElement()
                .asString()
                .isEqualTo("postern.toml:7: dkim.selector is that of another key of example.com: k1");
    }
}
