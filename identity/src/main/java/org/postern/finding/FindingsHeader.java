package org.postern.finding;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All findings in one field, for who wonders about a message; the registered ones too. Its words are the server's own, none a client's:
 *
 * <pre>{@code
 * field   = "X-Postern-Findings:" FWS ["verdict=" word [FWS "by=" check] ";" FWS] (pair *(FWS pair) / "none") CRLF
 * pair    = check "=" result / "more=" count
 * check   = an id of docs/checks.md, as helo-rdns
 * result  = none / pass / fail / softfail / neutral / temperror / permerror / policy
 * }</pre>
 *
 * A check may stand there several times, as {@code dnsbl} does, once for each list. Past a hundred pairs, {@code more} says how many
 * there are.
 */
public final class FindingsHeader {
    /** The field's name. */
    public static final String FIELD = "X-Postern-Findings";

    private static final int MAX_PAIRS = 100;

    /** As {@link #field(List, String, Optional)} begins one: never folded before the verdict. */
    private static final Pattern VERDICT = Pattern.compile("(?m)^" + FIELD + ": verdict=[a-z0-9-]+");

    private FindingsHeader() {}

    /** The field, with its line ends. */
    public static String field(List<Finding> findings) {
        var field = new FieldWriter(FIELD);
        addPairs(field, findings);
        return field.end();
    }

    /**
     * The field, with its line ends.
     *
     * @param verdict a keyword, as {@code quarantine}
     * @param deciding the finding that made it so
     * @throws IllegalArgumentException when the verdict is no keyword
     */
    public static String field(List<Finding> findings, String verdict, Optional<Finding> deciding) {
        var field = new FieldWriter(FIELD);
        String by = deciding.map(finding -> " by=" + finding.check().id()).orElse("");
        field.add("verdict=" + Words.keyword(verdict) + by + ";");
        addPairs(field, findings);
        return field.end();
    }

    /**
     * Fields that we wrote, this one with another verdict: what was found stays as it was.
     *
     * @throws IllegalArgumentException when the verdict is no keyword
     */
    public static String judgedAs(String fields, String verdict) {
        return VERDICT.matcher(fields).replaceFirst(FIELD + ": verdict=" + Words.keyword(verdict));
    }

    private static void addPairs(FieldWriter field, List<Finding> findings) {
        if (findings.isEmpty()) {
            field.add("none");
        }
        findings.stream().limit(MAX_PAIRS).forEach(finding -> field.add(finding.toString()));
        if (findings.size() > MAX_PAIRS) {
            field.add("more=" + (findings.size() - MAX_PAIRS));
        }
    }
}
