package org.postern.greeting;

import java.util.List;
import java.util.Optional;
import org.postern.dns.DnsName;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;

/** {@code helo-rdns}: is the name of the greeting the confirmed PTR name, or at least of the same organisation? */
public final class HeloRdns {
    private HeloRdns() {}

    /** Pass, fail, or none when there is nothing to compare. {@code confirmed} are the names that {@code iprev} found to lead back. */
    public static Finding check(Greeting.Name name, List<DnsName> confirmed) {
        if (!(name instanceof Greeting.Named named) || !HeloFqdn.isAskable(named.domain())) {
            return finding(Result.NONE, name.text() + " is no name to compare");
        }
        List<Domain> names = confirmed.stream()
                .map(DnsName::domain)
                .flatMap(Optional::stream)
                .toList();
        if (names.isEmpty()) {
            return finding(Result.NONE, "reverse DNS confirms no name to compare with");
        }
        if (names.contains(named.domain())) {
            return finding(Result.PASS, named.text() + " is its name in reverse DNS");
        }
        String organisation = PublicSuffixes.organisation(named.domain());
        Optional<Domain> kin = names.stream()
                .filter(other -> PublicSuffixes.organisation(other).equals(organisation))
                .findFirst();
        return kin.isPresent()
                ? finding(
                        Result.PASS,
                        "it greets as " + named.text() + ", and reverse DNS says " + kin.get()
                                + ": the same organisation")
                : finding(Result.FAIL, "it greets as " + named.text() + ", and reverse DNS says " + names.getFirst());
    }

    private static Finding finding(Result result, String text) {
        return Finding.of(Check.HELO_RDNS, result, text);
    }
}
