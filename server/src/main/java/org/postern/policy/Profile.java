package org.postern.policy;

import static org.postern.finding.Check.DMARC;
import static org.postern.finding.Check.DNSBL;
import static org.postern.finding.Check.EARLY_TALK;
import static org.postern.finding.Check.FROM_DOMAIN;
import static org.postern.finding.Check.HELO_BARE_IP;
import static org.postern.finding.Check.HELO_DYNAMIC;
import static org.postern.finding.Check.HELO_FQDN;
import static org.postern.finding.Check.HELO_LITERAL;
import static org.postern.finding.Check.HELO_MATCHES;
import static org.postern.finding.Check.HELO_RESOLVES;
import static org.postern.finding.Check.HELO_SELF;
import static org.postern.finding.Check.HELO_SYNTAX;
import static org.postern.finding.Check.IPREV;
import static org.postern.finding.Check.OWN_LIST;
import static org.postern.finding.Check.SPF;
import static org.postern.finding.Check.SPF_HELO;
import static org.postern.finding.Result.FAIL;
import static org.postern.finding.Result.PERMERROR;
import static org.postern.finding.Result.TEMPERROR;
import static org.postern.policy.Action.DEFER;
import static org.postern.policy.Action.NOTE;
import static org.postern.policy.Action.QUARANTINE;
import static org.postern.policy.Action.REJECT;

import java.util.EnumMap;
import java.util.Map;
import org.postern.finding.Check;
import org.postern.finding.Result;

/** What each check's results earn, unless the configuration says otherwise; {@code docs/checks.md} has the table. */
public enum Profile {
    /** Looks, and lets all in. */
    OBSERVE(new Table().on(OWN_LIST, FAIL, REJECT)),
    /** Turns away what no honest server does. */
    STANDARD(new Table()
            .on(OWN_LIST, FAIL, REJECT)
            .on(EARLY_TALK, FAIL, REJECT)
            .on(HELO_SYNTAX, FAIL, REJECT)
            .on(HELO_BARE_IP, FAIL, REJECT)
            .on(HELO_SELF, FAIL, REJECT)
            .on(HELO_LITERAL, FAIL, QUARANTINE)
            .on(HELO_RESOLVES, FAIL, QUARANTINE)
            .on(IPREV, FAIL, QUARANTINE)
            .on(IPREV, PERMERROR, QUARANTINE)
            .on(SPF_HELO, FAIL, REJECT)
            .on(FROM_DOMAIN, FAIL, REJECT)
            .on(DMARC, FAIL, QUARANTINE)
            .on(DMARC, PERMERROR, QUARANTINE)
            .on(DMARC, TEMPERROR, DEFER)),
    /** Turns away what careful servers never do: some honest mail is lost to its sender. */
    STRICT(new Table()
            .on(OWN_LIST, FAIL, REJECT)
            .on(EARLY_TALK, FAIL, REJECT)
            .on(HELO_SYNTAX, FAIL, REJECT)
            .on(HELO_BARE_IP, FAIL, REJECT)
            .on(HELO_FQDN, FAIL, REJECT)
            .on(HELO_SELF, FAIL, REJECT)
            .on(HELO_LITERAL, FAIL, QUARANTINE)
            .on(HELO_RESOLVES, FAIL, QUARANTINE)
            .on(HELO_RESOLVES, TEMPERROR, DEFER)
            .on(HELO_MATCHES, FAIL, QUARANTINE)
            .on(IPREV, FAIL, REJECT)
            .on(IPREV, PERMERROR, REJECT)
            .on(IPREV, TEMPERROR, DEFER)
            .on(HELO_DYNAMIC, FAIL, QUARANTINE)
            .on(SPF_HELO, FAIL, REJECT)
            .on(SPF_HELO, TEMPERROR, DEFER)
            .on(FROM_DOMAIN, FAIL, REJECT)
            .on(FROM_DOMAIN, TEMPERROR, DEFER)
            .on(SPF, FAIL, REJECT)
            .on(DMARC, FAIL, REJECT)
            .on(DMARC, PERMERROR, REJECT)
            .on(DMARC, TEMPERROR, DEFER));

    @SuppressWarnings("ImmutableEnumChecker") // filled above, and never handed out
    private final Map<Check, Map<Result, Action>> table;

    Profile(Table table) {
        this.table = table.rows;
    }

    /** What {@code result} of {@code check} earns; the conditions of {@link Policy} apart. A list's zone says it for itself. */
    Action action(Check check, Result result) {
        return check == DNSBL ? NOTE : table.getOrDefault(check, Map.of()).getOrDefault(result, NOTE);
    }

    private static final class Table {
        private final Map<Check, Map<Result, Action>> rows = new EnumMap<>(Check.class);

        Table on(Check check, Result result, Action action) {
            rows.computeIfAbsent(check, _ -> new EnumMap<>(Result.class)).put(result, action);
            return this;
        }
    }
}
