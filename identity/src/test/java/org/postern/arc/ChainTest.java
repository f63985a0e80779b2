package org.postern.arc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dkim.Body;
import org.postern.finding.AuthenticationResults;
import org.postern.finding.Result;

/** RFC 8617 §5.2: chains that hold, and each way in which one does not. */
class ChainTest {
    private static final String MESSAGE = """
        From: Ann <ann@example.org>
        To: list@relay1.test
        Subject: hello
        Date: Sat, 28 Nov 2026 12:00:00 +0000

        Hello all.
        """.replace("\n", "\r\n");

    private static Relays relays;

    @BeforeAll
    static void makeRelays() throws GeneralSecurityException {
        relays = new Relays();
    }

    private static void assertBroken(String message, String why) throws IOException {
        ChainResult found = relays.check(message);
        assertThat(found.text()).contains(why);
        assertThat(found.result()).as(found.text()).isEqualTo(Result.FAIL);
    }

    /** Without the field of that set. */
    private static String without(String message, String name, int set) {
        return message.replaceFirst(name + ": i=" + set + ";[^\r]*\r\n([ \t][^\r]*\r\n)*", "");
    }

    @Test
    void aMessageThatNobodySealedHasNone() throws Exception {
        assertThat(relays.check(MESSAGE).result()).isEqualTo(Result.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50})
    void chainsOfSoManyHold(int count) throws Exception {
        ChainResult found = relays.check(relays.through(MESSAGE, count));
        assertThat(found.result()).as(found.text()).isEqualTo(Result.PASS);
        assertThat(found.sealers()).hasSize(count).endsWith("relay" + count + ".test");
        assertThat(found.oldestPass()).isZero();
        assertThat(found.vouchesForAuthor()).isTrue();
        assertThat(found.newest().map(AuthenticationResults::authservId)).hasValue("mx.relay" + count + ".test");
    }

    @Test
    void whoChangesAndSealsAnewIsTheOldestThatPasses() throws Exception {
        String changed = relays.through(MESSAGE, 2).replace("Subject: ", "Subject: [list] ");
        // The third verifies before it changes: §5.1.
        ChainResult found = relays.check(relays.sentOn(changed, 3, Result.PASS));
        assertThat(found.result()).as(found.text()).isEqualTo(Result.PASS);
        assertThat(found.oldestPass()).isEqualTo(3);
    }

    @Test
    void whatWasChangedSinceTheLastSealFails() throws Exception {
        String chain = relays.through(MESSAGE, 2);
        assertBroken(chain.replace("Hello all", "Hello you"), "the body has been changed");
        assertBroken(chain.replace("Subject: ", "Subject: x"), "a signed field has been changed");
    }

    @Test
    void aSealThatDoesNotHoldFails() throws Exception {
        String chain = relays.through(MESSAGE, 3);
        assertBroken(chain.replace("mx.relay2.test", "mx.relay9.test"), "in set 3 does not hold");
        assertBroken(chain.replaceFirst("(?s)(ARC-Seal: i=2;.*? b=)..", "$1AA"), "in set 3 does not hold");
    }

    @Test
    void aKeyThatIsNotThereFails() throws Exception {
        assertBroken(relays.through(MESSAGE, 2).replace("d=relay2.test", "d=relay77.test"), "there is no key");
    }

    @Test
    @Tag("arc-1")
    void aSetThatMissesAFieldFails() throws Exception {
        String chain = relays.through(MESSAGE, 3);
        for (String name : List.of("ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results")) {
            for (int set = 1; set <= 3; set++) {
                assertBroken(without(chain, name, set), "set " + set + " has no " + name);
            }
        }
    }

    @Test
    @Tag("arc-1")
    void aGapFails() throws Exception {
        String chain = relays.through(MESSAGE, 3);
        for (String name : List.of("ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results")) {
            chain = without(chain, name, 2);
        }
        assertBroken(chain, "set 2 has no ARC-Authentication-Results");
    }

    @Test
    @Tag("arc-1")
    void aSetThatIsThereTwiceFails() throws Exception {
        String chain = relays.through(MESSAGE, 2);
        String first = chain.substring(0, chain.indexOf("Received:"));
        assertBroken(first + chain, "set 2 has 2 ARC-Authentication-Results fields");
    }

    @Test
    @Tag("arc-1")
    void setsOfAnotherMessageFail() throws Exception {
        String chain = relays.through(MESSAGE, 2);
        String sets = chain.substring(0, chain.indexOf("From:"));
        assertBroken(sets + MESSAGE.replace("Hello all", "Buy this"), "the body has been changed");
        assertBroken(sets + MESSAGE.replace("ann@", "eve@"), "a signed field has been changed");
    }

    @Test
    @Tag("arc-1")
    void moreThanFiftySetsFail() throws Exception {
        String chain = relays.through(MESSAGE, 50);
        assertBroken(chain.replaceAll("i=50;", "i=51;"), "set 50 has no");
        String more = chain.substring(0, chain.indexOf("Received:")).replace("i=50;", "i=51;");
        assertBroken(more + chain, "153 fields");
        assertThat(Sealing.begin(
                        Relays.open(chain).header(),
                        new Body(),
                        new org.postern.dkim.SigningKey(
                                new org.postern.smtp.Domain("relay51.test"),
                                "k",
                                java.security.KeyPairGenerator.getInstance("Ed25519")
                                        .generateKeyPair()
                                        .getPrivate()),
                        new AuthenticationResults("mx.relay51.test", List.of()),
                        Relays.NOW))
                .isEqualTo(Optional.empty());
    }

    @Test
    void whoFindsItBrokenIsTheLastToSeal() throws Exception {
        String changed = relays.through(MESSAGE, 2).replace("Hello all", "Hello you");
        String sealed = relays.sentOn(changed, 3);
        assertThat(sealed).contains("cv=fail");
        assertBroken(sealed, "relay3.test found the chain broken");
    }

    @Test
    void statusesOutOfPlaceFail() throws Exception {
        assertBroken(relays.through(MESSAGE, 1).replace("cv=none", "cv=pass"), "set 1 says cv=pass");
        assertBroken(relays.through(MESSAGE, 2).replace("cv=pass", "cv=none"), "set 2 says cv=none");
        assertBroken(relays.through(MESSAGE, 1).replace("cv=none", "cv=maybe"), "can't be read");
    }

    @Test
    void aSealThatNamesFieldsIsNone() throws Exception {
        assertBroken(relays.through(MESSAGE, 1).replaceFirst("cv=none;", "cv=none; h=From;"), "can't be read");
    }
}
