package org.postern.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;

/** Signatures that must not be believed, or cost too much; and good ones that software refuses. */
class DkimAttacksTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final String TAGS = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=r; h=from:to:subject";
    private static final String HEADER = """
        From: Ann <ann@example.org>
        To: bob@example.com
        Subject: tea
        """.replace("\n", "\r\n");
    private static final String MESSAGE = HEADER + "\r\nHello Bob,\r\nhow are you?\r\n";

    private static TestKeys keys;
    private static Resolver zone;

    @BeforeAll
    static void makeKeys() throws GeneralSecurityException {
        keys = TestKeys.make();
        zone = keys.zone().resolver();
    }

    private static SignatureResult only(String message) throws IOException {
        return only(message, zone);
    }

    private static SignatureResult only(String message, Resolver resolver) throws IOException {
        List<SignatureResult> results = Mail.verified(message, resolver, NOW);
        assertThat(results).hasSize(1);
        return results.getFirst();
    }

    private static String signed(String tags) throws IOException, GeneralSecurityException {
        return Forged.signed(MESSAGE, tags, keys.signingRsa());
    }

    private static SigningKey key(KeyPair pair) {
        return new SigningKey(new Domain("example.org"), "r", pair.getPrivate());
    }

    private static Resolver rsa(String p) {
        return new TestZone(TestKeys.txt("r", "v=DKIM1; k=rsa; p=" + p)).resolver();
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    /** RFC 6376 §8.2. */
    @Test
    @Tag("dkim-1")
    void aBodyThatGoesOnBehindWhatIsSignedIsPolicyAndSaysSo() throws Exception {
        String message = signed(TAGS + "; l=12") + "And a link that nobody signed.\r\n";
        SignatureResult result = only(message);
        assertThat(result.result()).isEqualTo(Result.POLICY);
        assertThat(result.text()).contains("leaves the last 46 octets of the body unsigned");
        assertThat(only(message.replace("Hello", "Hullo")).result()).isEqualTo(Result.FAIL);
    }

    /** §3.5: l= must not be more than there is. */
    @Test
    @Tag("dkim-1")
    void aBodyShorterThanWhatIsSignedFails() throws Exception {
        SignatureResult result = only(signed(TAGS + "; l=27"));
        assertThat(result.result()).isEqualTo(Result.FAIL);
        assertThat(result.text()).contains("the body is shorter than what was signed");
        assertThat(only(signed(TAGS + "; l=26")).result()).isEqualTo(Result.PASS);
    }

    /** RFC 6376 §3.7: the field of the signature itself comes last, and only once. */
    @Test
    @Tag("dkim-2")
    void whoOverSignsSignaturesDoesNotSignHisOwn() throws Exception {
        SignatureResult result = only(signed(TAGS.replace("h=", "h=dkim-signature:")));
        assertThat(result.result()).as(result.text()).isEqualTo(Result.PASS);
    }

    /** RFC 8301 §3.1. */
    @Test
    @Tag("dkim-1")
    void sha1IsPolicyWithoutAQuestionToDns() throws Exception {
        var counting = new TestZone.Counting(zone);
        SignatureResult result = only(signed(TAGS.replace("rsa-sha256", "rsa-sha1")), counting);
        assertThat(result.result()).isEqualTo(Result.POLICY);
        assertThat(result.text()).contains("SHA-1");
        assertThat(counting.asked()).isEmpty();
    }

    /** RFC 8301 §3.2. */
    @Test
    @Tag("dkim-1")
    void aShortKeyIsPolicyAndSaysHowShort() throws Exception {
        for (int bits : new int[] {512, 768, 1_008, 1_023}) {
            RSAPublicKey odd = odd(bits, BigInteger.valueOf(65_537));
            SignatureResult result = only(signed(TAGS), rsa(base64(odd.getEncoded())));
            assertThat(result.result()).as("%d bits", bits).isEqualTo(Result.POLICY);
            assertThat(result.text()).contains("its key has " + bits + " bits");
        }
        KeyPair enough = TestKeys.rsa(1_024);
        String message = Forged.signed(MESSAGE, TAGS, key(enough));
        assertThat(only(message, rsa(base64(enough.getPublic().getEncoded()))).result())
                .isEqualTo(Result.PASS);
    }

    /** RFC 8301 §3.2: verifiers take 4,096. */
    @Test
    @Tag("dkim-1")
    void aKeyOf4096BitsPasses() throws Exception {
        KeyPair long4096 = TestKeys.rsa(4_096);
        String message = Forged.signed(MESSAGE, TAGS, key(long4096));
        assertThat(only(message, rsa(base64(long4096.getPublic().getEncoded()))).result())
                .isEqualTo(Result.PASS);
    }

    @Test
    @Tag("dkim-1")
    void aLongKeyIsNotTried() throws Exception {
        for (int bits : new int[] {4_097, 8_192, 16_384}) {
            RSAPublicKey odd = odd(bits, BigInteger.valueOf(65_537));
            SignatureResult result = only(signed(TAGS), rsa(base64(odd.getEncoded())));
            assertThat(result.result()).as("%d bits", bits).isEqualTo(Result.POLICY);
            assertThat(result.text()).contains("its key has " + bits + " bits, and more than 4096 are not tried");
        }
        byte[] beyond = new byte[6_000];
        assertThat(only(signed(TAGS), rsa(base64(beyond))).result()).isEqualTo(Result.PERMERROR);
    }

    /** What a verification costs grows with the exponent's bits as well; nobody's has more than 17. */
    @Test
    @Tag("dkim-1")
    void aKeyWithALongExponentIsNotTried() throws Exception {
        RSAPublicKey odd = odd(3_072, BigInteger.TWO.pow(3_000).add(BigInteger.ONE));
        SignatureResult result = only(signed(TAGS), rsa(base64(odd.getEncoded())));
        assertThat(result.result()).isEqualTo(Result.POLICY);
        assertThat(result.text()).contains("its key has an exponent of 3001 bits, and more than 64 are not tried");
    }

    /** Some number of that length; nobody has its private half. */
    private static RSAPublicKey odd(int bits, BigInteger exponent) throws GeneralSecurityException {
        BigInteger modulus =
                new BigInteger(bits, new Random(bits)).setBit(bits - 1).setBit(0);
        return (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }

    @Test
    @Tag("dkim-1")
    void ofTwoHundredSignaturesEightAreLookedAt() throws Exception {
        var records = new StringBuilder();
        var message = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            records.append(TestKeys.txt("r" + i, "v=DKIM1; p=" + keys.rsaP()));
            String one = signed(TAGS.replace("s=r", "s=r" + i) + "; l=" + i % 26);
            message.append(one, 0, one.length() - MESSAGE.length());
        }
        message.append(MESSAGE);
        var counting = new TestZone.Counting(new TestZone(records.toString()).resolver());
        long begun = System.nanoTime();
        Verification verification = Mail.verification(message.toString(), counting, NOW);
        List<SignatureResult> results = verification.results();
        List<Finding> findings = verification.findings(results);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(results).hasSize(Verification.MAX_SIGNATURES);
        assertThat(counting.asked()).hasSize(Verification.MAX_SIGNATURES).containsValue(1);
        assertThat(findings.getLast().result()).isEqualTo(Result.POLICY);
        assertThat(findings.getLast().text()).isEqualTo("192 more signatures were not looked at");
    }

    /** Eight names with eight records each, of which none fits: half of them are tried, each by one operation. */
    @Test
    @Tag("dkim-1")
    void manyRecordsOfManySignaturesAreBounded() throws Exception {
        var records = new StringBuilder();
        var message = new StringBuilder();
        KeyPair other = TestKeys.rsa(4_096);
        for (int i = 0; i < Verification.MAX_SIGNATURES; i++) {
            for (int j = 0; j < 8; j++) {
                records.append(TestKeys.txt(
                        "r" + i,
                        "v=DKIM1; n=" + j + "; p=" + base64(other.getPublic().getEncoded())));
            }
            String one = signed(TAGS.replace("s=r", "s=r" + i));
            message.append(one, 0, one.length() - MESSAGE.length());
        }
        message.append(MESSAGE);
        long begun = System.nanoTime();
        List<SignatureResult> results =
                Mail.verified(message.toString(), new TestZone(records.toString()).resolver(), NOW);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(results).extracting(SignatureResult::result).containsOnly(Result.FAIL);
    }

    @Test
    @Tag("dkim-1")
    void tenThousandSignedNamesArePermerrorWithoutAQuestion() throws Exception {
        var counting = new TestZone.Counting(zone);
        String names = "from:" + String.join(":", Collections.nCopies(9_999, "x"));
        String tags = TAGS.replace("h=from:to:subject", "h=" + names);
        SignatureResult result = only(signed(tags), counting);
        assertThat(result.result()).isEqualTo(Result.PERMERROR);
        assertThat(result.text()).contains("it signs more than 500 fields");
        assertThat(counting.asked()).isEmpty();
        String fewer = TAGS.replace("h=from", "h=from" + ":x".repeat(497));
        assertThat(only(signed(fewer)).result()).isEqualTo(Result.PASS);
    }

    /** RFC 6376 §8.15. */
    @Test
    @Tag("dkim-1")
    void aSecondFromIsPolicyWhereverItStands() throws Exception {
        String message = signed(TAGS);
        String from = "From: Eve <eve@example.com>\r\n";
        assertThat(only(from + message).result()).isEqualTo(Result.POLICY);
        assertThat(only(from + message).text()).contains("there are 2 From fields, and example.org signed 1");
        assertThat(only(message.replace("\r\nTo:", "\r\n" + from + "To:")).result())
                .isEqualTo(Result.POLICY);
        assertThat(only(message.replace("\r\nTo:", "\r\nfROM : Eve <eve@example.com>\r\nTo:"))
                        .result())
                .isEqualTo(Result.POLICY);
    }

    /** Two that were signed are two. */
    @Test
    @Tag("dkim-1")
    void twoSignedFromsHold() throws Exception {
        String message = Forged.signed(
                "From: Eve <eve@example.com>\r\n" + MESSAGE, TAGS.replace("h=from", "h=from:from"), keys.signingRsa());
        assertThat(only(message).result()).isEqualTo(Result.PASS);
    }

    /** §5.4, §8.15: h= named it once more than it was there. */
    @Test
    @Tag("dkim-1")
    void aFieldAddedThatWasSignedAsAbsentFails() throws Exception {
        String message = signed(TAGS.replace("h=from", "h=from:cc:subject"));
        assertThat(only(message).result()).isEqualTo(Result.PASS);
        assertThat(only("Cc: eve@example.com\r\n" + message).result()).isEqualTo(Result.FAIL);
        assertThat(only("Subject: another\r\n" + message).result()).isEqualTo(Result.FAIL);
        assertThat(only("Sender: eve@example.com\r\n" + message).result()).isEqualTo(Result.PASS);
    }

    /** §3.6.1: mail of a domain that tests is treated as any other. */
    @Test
    @Tag("dkim-1")
    void aDomainThatTestsIsJudgedAsAnyOtherAndNoted() throws Exception {
        Resolver testing = new TestZone(TestKeys.txt("r", "v=DKIM1; t=y:x; p=" + keys.rsaP())).resolver();
        SignatureResult result = only(signed(TAGS), testing);
        assertThat(result.result()).isEqualTo(Result.PASS);
        assertThat(result.text()).contains("tests DKIM");
        assertThat(only(signed(TAGS).replace("Hello", "Hullo"), testing).result())
                .isEqualTo(Result.FAIL);
    }

    /** §3.4.4 and erratum 1384. */
    @Test
    @Tag("dkim-2")
    void anEmptyBodyPassesUnderRelaxed() throws Exception {
        for (String rest : List.of("", "\r\n", "\r\n\r\n", "\r\n \t\r\n\r\n")) {
            String message = Forged.signed(HEADER + rest, TAGS, keys.signingRsa());
            assertThat(message).contains("bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
            assertThat(only(message).result()).isEqualTo(Result.PASS);
        }
    }

    /** §3.5: the value of b= is what stands behind the tag b, not behind these two characters. */
    @Test
    @Tag("dkim-2")
    void whatLooksLikeTheSignatureWithinAnotherTagStays() throws Exception {
        for (String tags : List.of(
                TAGS + "; i=b=3Dann@example.org",
                TAGS + "; z=Subject:b=3Dx|b:=20b=3D",
                TAGS + "; i= b=3D b=3D@example.org",
                TAGS.replace("h=from", "h=from:b"))) {
            assertThat(only(signed(tags)).result()).as(tags).isEqualTo(Result.PASS);
        }
    }

    @Test
    @Tag("dkim-2")
    void aFieldOf31000OctetsPasses() throws Exception {
        for (String form : List.of("simple", "relaxed")) {
            String tags = TAGS.replace("c=relaxed", "c=" + form).replace("h=from", "h=from:references");
            String message = Forged.signed(
                    "References:" + " <abc@example.org>".repeat(1_722) + "\r\n" + MESSAGE, tags, keys.signingRsa());
            assertThat(only(message).result()).isEqualTo(Result.PASS);
            assertThat(only(message.replace("<abc@example.org>\r\n", "<abd@example.org>\r\n"))
                            .result())
                    .isEqualTo(Result.FAIL);
        }
    }

    @Test
    @Tag("dkim-2")
    void rawEightBitHeadersPass() throws Exception {
        for (String form : List.of("simple", "relaxed")) {
            String tags = TAGS.replace("c=relaxed", "c=" + form);
            String message = Forged.signed(
                    MESSAGE.replace("tea", "th\u00e9  \u00c3\u00a9 \u00ff\u0080"), tags, keys.signingRsa());
            assertThat(only(message).result()).isEqualTo(Result.PASS);
            assertThat(only(message.replace('\u00ff', '\u00fe')).result()).isEqualTo(Result.FAIL);
        }
    }

    /** §3.5: clocks differ. */
    @Test
    @Tag("dkim-2")
    void aSignatureMadeAMinuteAheadPasses() throws Exception {
        long now = NOW.getEpochSecond();
        assertThat(only(signed(TAGS + "; t=" + (now + 60))).result()).isEqualTo(Result.PASS);
        assertThat(only(signed(TAGS + "; t=" + (now - 100) + "; x=" + (now - 60)))
                        .result())
                .isEqualTo(Result.PASS);
        assertThat(only(signed(TAGS + "; x=" + (now - 3_600))).result()).isEqualTo(Result.FAIL);
    }
}
