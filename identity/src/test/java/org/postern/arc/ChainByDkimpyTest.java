package org.postern.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.dkim.Dkimpy;
import org.postern.finding.AuthenticationResults;
import org.postern.finding.Result;

/**
 * Chains that we and Python's {@code dkim} make in turn, verified by both. The example of RFC 8617 Appendix B is not among them: it has no
 * keys.
 */
class ChainByDkimpyTest {
    private static final String MESSAGE = """
        From: Ann <ann@example.org>
        To: list@relay1.test
        Subject: hello  and\tmore
        Date: Sat, 28 Nov 2026 12:00:00 +0000
        Message-ID: <1@example.org>

        Hello  all.\s

        """.replace("\n", "\r\n");

    @TempDir
    private Path directory;

    private Relays relays;
    private Dkimpy dkimpy;
    private Path key;

    @BeforeEach
    void makeRelays() throws Exception {
        relays = Relays.withRsa();
        dkimpy = new Dkimpy(directory, relays.records());
        key = Files.writeString(
                directory.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(relays.privateKey().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n",
                US_ASCII);
    }

    /** As Python's relay of that number sends it on, which found {@code chain} and a DMARC pass. */
    private String byPython(String message, int relay, String chain) throws IOException, InterruptedException {
        String domain = "relay" + relay + ".test";
        String results = "Authentication-Results: mx." + domain + "; dmarc=pass header.from=example.org"
                + (chain.equals("none") ? "" : "; arc=" + chain) + "\r\n";
        byte[] found = (results + message).getBytes(ISO_8859_1);
        return new String(dkimpy.sealed(found, key, "k", domain, "mx." + domain), ISO_8859_1);
    }

    private void assertPasses(String message, int sets) throws Exception {
        assertThat(dkimpy.chain(message.getBytes(ISO_8859_1)))
                .hasSize(1 + sets)
                .startsWith("pass success")
                .endsWith("1 relay1.test ams seal none");
        ChainResult ours = relays.check(message);
        assertThat(ours.result()).as(ours.text()).isEqualTo(Result.PASS);
        assertThat(ours.sealers()).hasSize(sets);
        assertThat(ours.oldestPass()).isZero();
        assertThat(ours.vouchesForAuthor()).isTrue();
    }

    @Test
    void itVerifiesOurs() throws Exception {
        for (int sets : new int[] {1, 2, 3}) {
            assertPasses(relays.through(MESSAGE, sets), sets);
        }
    }

    @Test
    void weVerifyItsOwn() throws Exception {
        String once = byPython(MESSAGE, 1, "none");
        assertPasses(once, 1);
        assertPasses(byPython(once, 2, "pass"), 2);
        assertThat(relays.check(once).newest().map(AuthenticationResults::authservId))
                .hasValue("mx.relay1.test");
    }

    @Test
    void bothContinueWhatTheOtherBegan() throws Exception {
        String ours = relays.sentOn(byPython(MESSAGE, 1, "none"), 2);
        assertPasses(ours, 2);
        assertPasses(byPython(ours, 3, "pass"), 3);
        assertPasses(relays.sentOn(byPython(ours, 3, "pass"), 4), 4);
    }

    @Test
    void bothFindTheSameBroken() throws Exception {
        String chain = relays.sentOn(byPython(MESSAGE, 1, "none"), 2);
        for (String broken : new String[] {
            chain.replace("Hello  all", "Hello you"),
            chain.replace("Subject: hello", "Subject: Hello"),
            chain.replaceFirst("i=1; mx.relay1.test; dmarc=pass", "i=1; mx.relay1.test; dmarc=fail"),
            chain.replaceFirst("ARC-Seal: i=1;", "X-ARC-Seal: i=1;"),
            chain.replaceFirst("cv=pass", "cv=none")
        }) {
            assertThat(broken).isNotEqualTo(chain);
            assertThat(dkimpy.chain(broken.getBytes(ISO_8859_1)).getFirst()).startsWith("fail ");
            assertThat(relays.check(broken).result()).isEqualTo(Result.FAIL);
        }
    }

    /** RFC 8617 §5.1.2: the seal of who says so covers its own set only. */
    @Test
    void bothTakeTheWordOfWhoFoundItBroken() throws Exception {
        String changed = relays.through(MESSAGE, 1).replace("Hello  all", "Hello you");
        String ours = relays.sentOn(changed, 2);
        assertThat(ours).contains("cv=fail");
        assertThat(dkimpy.chain(ours.getBytes(ISO_8859_1)).getFirst())
                .isEqualTo("None ARC-Seal[2] reported failure, the chain is terminated");

        String python = byPython(changed, 2, "fail");
        assertThat(relays.check(python).text()).isEqualTo("relay2.test found the chain broken");
    }
}
