package org.postern.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.postern.finding.Result;

/** What stands in DNS for a key, RFC 6376 §3.6.1, and what becomes of a signature that is good in itself. */
class KeyRecordTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final String TAGS = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=r; h=from";
    private static final String MESSAGE = "From: Ann <ann@example.org>\r\n\r\nHello\r\n";

    private static TestKeys keys;
    private static String p;

    @BeforeAll
    static void makeKeys() throws GeneralSecurityException {
        keys = TestKeys.make();
        p = keys.rsaP();
    }

    private static SignatureResult with(String tags, String... records) throws IOException, GeneralSecurityException {
        var zone = new StringBuilder();
        Arrays.stream(records).forEach(record -> zone.append(TestKeys.txt("r", record)));
        String message = Forged.signed(MESSAGE, tags, keys.signingRsa());
        List<SignatureResult> results = Mail.verified(message, new TestZone(zone.toString()).resolver(), NOW);
        assertThat(results).hasSize(1);
        return results.getFirst();
    }

    private static void assertPasses(String... records) throws IOException, GeneralSecurityException {
        assertThat(with(TAGS, records).result()).as(String.join(" ", records)).isEqualTo(Result.PASS);
    }

    private static void assertPermerror(String text, String... records) throws IOException, GeneralSecurityException {
        SignatureResult result = with(TAGS, records);
        assertThat(result.result()).as(String.join(" ", records)).isEqualTo(Result.PERMERROR);
        assertThat(result.text()).contains(text);
    }

    @Test
    void theShortestRecordPasses() throws Exception {
        assertPasses("p=" + p);
        assertPasses("v=DKIM1;p=" + p + ";");
        assertPasses("  v = DKIM1 ;\t k = rsa ; p = " + p + " ; ");
    }

    @Test
    void aRevokedKeyIsPermerror() throws Exception {
        assertPermerror("was revoked", "v=DKIM1; k=rsa; p=");
        assertPermerror("was revoked", "v=DKIM1; p= ; n=gone");
    }

    @Test
    void noRecordIsPermerrorAndAFailureTemperror() throws Exception {
        assertPermerror("there is no key at r._domainkey.example.org");
        String message = Forged.signed(MESSAGE, TAGS, keys.signingRsa());
        TestZone failing = new TestZone("").failing(RecordType.TXT, "r._domainkey.example.org", "SERVFAIL");
        assertThat(Mail.verified(message, failing.resolver(), NOW))
                .extracting(SignatureResult::result)
                .containsExactly(Result.TEMPERROR);
    }

    /** §3.6.2.2 leaves open what several mean: any that fits will do. */
    @Test
    void ofSeveralRecordsTheOneThatFitsCounts() throws Exception {
        String other = TestKeys.make().rsaP();
        assertPasses("v=spf1 -all", "v=DKIM1; p=", "v=DKIM1; p=" + other, "v=DKIM1; p=" + p);
        assertPasses("v=DKIM1; p=" + p, "v=DKIM1; k=ed25519; p=" + keys.ed25519P());
        assertThat(with(TAGS, "v=DKIM1; p=" + other, "v=DKIM1; p=").result()).isEqualTo(Result.FAIL);
    }

    @Test
    void aKeyOfAnotherTypeIsPermerror() throws Exception {
        assertPermerror("is not of type rsa", "v=DKIM1; k=ed25519; p=" + keys.ed25519P());
        assertPermerror("is not of type rsa", "v=DKIM1; k=x; p=" + p);
        assertPermerror("can't be read", "v=DKIM1; k=rsa; p=" + keys.ed25519P());
    }

    @Test
    void aKeyForSha1OnlyIsPermerror() throws Exception {
        assertPermerror("does not allow SHA-256", "v=DKIM1; h=sha1; p=" + p);
        assertPasses("v=DKIM1; h=sha1 : sha256 : sha3; p=" + p);
    }

    @Test
    void aKeyForAnotherServiceIsPermerror() throws Exception {
        assertPermerror("is not for mail", "v=DKIM1; s=tlsrpt; p=" + p);
        assertPasses("v=DKIM1; s=*; p=" + p);
        assertPasses("v=DKIM1; s=tlsrpt : email; p=" + p);
    }

    /** §3.6.1, t=s. */
    @Test
    void aKeyForTheVeryDomainIsNotForOnesBelowIt() throws Exception {
        String strict = "v=DKIM1; t=y:s; p=" + p;
        assertThat(with(TAGS + "; i=ann@news.example.org", strict).result()).isEqualTo(Result.PERMERROR);
        assertThat(with(TAGS + "; i=ann@EXAMPLE.org", strict).result()).isEqualTo(Result.PASS);
        assertThat(with(TAGS, strict).result()).isEqualTo(Result.PASS);
        assertThat(with(TAGS + "; i=@news.example.org", "p=" + p).result()).isEqualTo(Result.PASS);
        assertThat(with(TAGS + "; i=@badexample.org", "p=" + p).result()).isEqualTo(Result.PERMERROR);
        assertThat(with(TAGS + "; i=@org", "p=" + p).result()).isEqualTo(Result.PERMERROR);
    }

    /** RFC 8017 §A.1.1, as §3.6.1 says; most publish SubjectPublicKeyInfo around it. */
    @Test
    void aBareRsaPublicKeyPasses() throws Exception {
        byte[] der = keys.rsa().getPublic().getEncoded();
        // What is around it has 24 octets in a key of 2,048 bits.
        byte[] bare = Arrays.copyOfRange(der, 24, der.length);
        assertThat(bare).startsWith(0x30, 0x82);
        assertPasses("v=DKIM1; p=" + Base64.getEncoder().encodeToString(bare));
        for (int length : new int[] {1, 3, 10, bare.length - 1}) {
            assertPermerror(
                    "can't be read", "v=DKIM1; p=" + Base64.getEncoder().encodeToString(Arrays.copyOf(bare, length)));
        }
    }

    /** §3.2: white space within base64 means nothing. */
    @Test
    void spacesWithinTheKeyMeanNothing() throws Exception {
        assertPasses("v=DKIM1; p=" + p.replaceAll("(.{50})", "$1 \t"));
    }

    /** §3.6.1: what is not known is ignored. */
    @Test
    void unknownTagsMeanNothing() throws Exception {
        assertPasses("v=DKIM1; x=1; g=*; n=a note=20with equals=; t=z; X_1=; p=" + p);
    }

    /** §3.2: one tag twice, and all is void; a tag has a name and an equals sign. */
    @Test
    void whatIsNoTagListIsNoKey() throws Exception {
        for (String record : List.of(
                "p=" + p + "; p=" + p,
                "v=DKIM1;; p=" + p,
                "v=DKIM1; nonsense; p=" + p,
                "v=DKIM1; 1=2; p=" + p,
                "k=rsa; v=DKIM1; p=" + p,
                "v=DKIM2; p=" + p,
                "v=dkim1; p=" + p,
                "v=DKIM1; p=" + p + "!",
                "v=DKIM1; k=rsa",
                "",
                ";")) {
            assertPermerror("is no key", record);
        }
    }
}
