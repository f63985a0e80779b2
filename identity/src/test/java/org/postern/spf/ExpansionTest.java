package org.postern.spf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.xbill.DNS.Address;

/** RFC 7208 §7.3: how long what is filled in may become. */
class ExpansionTest {
    private static Expansion expansion(String localPart) throws Exception {
        var query = new SpfQuery(
                Address.getByAddress("192.0.2.9"), "h", localPart, "example.com", "", SpfCases.CLOCK.instant());
        var lookups = new Lookups(new TestZone("").resolver());
        return new Expansion(query, new ClientNames(query.client(), RecordType.A, lookups));
    }

    private static String name(String localPart, String spec) throws Exception {
        return expansion(localPart).name(MacroParser.macroString(spec), "example.com");
    }

    private static String explanation(String localPart, String text) throws Exception {
        return expansion(localPart).explanation(MacroParser.explainString(text), "example.com");
    }

    /** "x.", labels of nine and their dots, and "yyy" or more: just as long as a name may be, and longer by one. */
    @Test
    void nameKeepsItsLabelsUpTo253Octets() throws Exception {
        String most = "x." + "123456789.".repeat(24) + "y".repeat(11);

        assertThat(most).hasSize(253);
        assertThat(name("ann", most)).isEqualTo(most);
        assertThat(name("ann", most + "y")).isEqualTo(most.substring(2) + "y");
        assertThat(name("ann", "a" + most)).isEqualTo(most.substring(2));
        assertThat(name("ann", "a." + most)).isEqualTo(most);
    }

    @Test
    void dotAtTheEndDoesNotCount() throws Exception {
        String most = "x." + "123456789.".repeat(24) + "y".repeat(11);

        assertThat(name("ann", "a.example.")).isEqualTo("a.example");
        assertThat(name("ann", most + ".")).isEqualTo(most);
        assertThat(name("ann", "%{l}")).isEqualTo("ann");
    }

    @Test
    void nothingStaysOfOneLabelThatIsTooLong() throws Exception {
        assertThat(name("ann", "x".repeat(254))).isEmpty();
        assertThat(name("ann", "x".repeat(5_000))).isEmpty();
    }

    /** However much is filled in on the way, the end is what it would be. */
    @ParameterizedTest
    @CsvSource({"1", "7", "20", "60", "250", "1000"})
    void endOfAVeryLongNameIsKept(int times) throws Exception {
        String local = "a2345678.b2345678.c";
        String all = (local + ".-").repeat(times) + local;
        int dot = all.length() <= 253 ? -1 : all.indexOf('.', all.length() - 254);

        assertThat(name(local, "%{l}.-".repeat(times) + "%{l}")).isEqualTo(all.substring(dot + 1));
    }

    @Test
    void explanationOf200OctetsIsWholeAndALongerOneSaysThatItIsCut() throws Exception {
        assertThat(explanation("a".repeat(200), "%{l}")).isEqualTo("a".repeat(200));
        assertThat(explanation("a".repeat(199), "%{l}b")).isEqualTo("a".repeat(199) + "b");
        assertThat(explanation("a".repeat(200), "%{l}b")).isEqualTo("a".repeat(197) + "...");
        assertThat(explanation("a".repeat(200), "%{l}%{l}%{l}")).isEqualTo("a".repeat(197) + "...");
    }

    @Test
    void localPartBeyondAsciiIsBeyondDns() throws Exception {
        MacroString local = MacroParser.macroString("%{l}.example");

        assertThat(expansion("a\u007f").isBeyondDns(local)).isFalse();
        assertThat(expansion("a\u0080").isBeyondDns(local)).isTrue();
        assertThat(expansion("a\u0080").isBeyondDns(MacroParser.macroString("%{d}.example")))
                .isFalse();
    }
}
