package org.postern.policy;

import java.util.Optional;
import java.util.Set;
import org.postern.arc.ChainResult;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;

/**
 * What a message earns whose author is not authenticated. RFC 9989 §5.4 and its §7.4: what the domain's owner asks for is asked, and a
 * {@code reject} alone is no reason to refuse a message, for lists and forwarders break what authenticates it.
 */
public final class AuthorRule {
    /** The last word of the finding's subject when the message shows that it came by a list. */
    public static final String INDIRECT = "indirect";

    private AuthorRule() {}

    /** What {@code dmarc} earns, when {@code byProfile} is what its result does without regard to all else. */
    static Action action(Finding dmarc, Case one, Profile profile, Action byProfile, boolean anotherFailed) {
        return switch (dmarc.result()) {
            case FAIL -> {
                String asked = dmarc.subject(1);
                if (!isEnforced(asked)) {
                    yield Action.NOTE;
                }
                yield switch (profile) {
                    case OBSERVE -> byProfile;
                    case STANDARD -> asked.equals("reject") && anotherFailed ? Action.REJECT : byProfile;
                    case STRICT -> asked.equals("reject") && !isIndirect(dmarc, one) ? byProfile : Action.QUARANTINE;
                };
            }
            // SPF or DKIM could not be found out, and the owner asks for something when they fail.
            case TEMPERROR -> isEnforced(dmarc.subject(1)) ? byProfile : Action.NOTE;
            // Without an author there is nothing that could be authenticated; a policy that can't be read is its
            // owner's fault.
            case PERMERROR -> dmarc.subject(0).isEmpty() ? byProfile : Action.NOTE;
            case NONE, PASS, SOFTFAIL, NEUTRAL, POLICY -> byProfile;
        };
    }

    /** Whether the owner of the domain asks for anything but reports. */
    static boolean isEnforced(String asked) {
        return asked.equals("quarantine") || asked.equals("reject");
    }

    private static boolean isIndirect(Finding dmarc, Case one) {
        return dmarc.subject(2).equals(INDIRECT) || one.has(Check.ARC, Result.PASS);
    }

    /** Which of {@code trusted} has sealed that the author was authenticated when the message reached it. */
    static Optional<String> sealer(Case one, Set<Domain> trusted) {
        return one.findings().stream()
                .filter(finding ->
                        finding.is(Check.ARC, Result.PASS) && finding.subject(2).equals(ChainResult.VOUCHED))
                .map(finding -> finding.subject(0))
                .filter(sealer -> Domain.parse(sealer).filter(trusted::contains).isPresent())
                .findFirst();
    }
}
