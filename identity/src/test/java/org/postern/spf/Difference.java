package org.postern.spf;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.dns.Answer;
import org.postern.finding.Result;

/** Why another program judges otherwise than we, and by which section of RFC 7208 we do not follow it. */
enum Difference {
    SYNTAX_LATE("§4.6: asks DNS for macros before the record is read to its end; a syntax error comes first"),
    VOID_QUESTIONS("§4.6.4: counts void questions; the limit is on void terms"),
    PTR_FAILURE("§5.5, §7.3: a PTR question that fails is a temperror; it means no match, or \"unknown\""),
    ADDRESS_OF_NAME_FAILURE("§5.5: a PTR name whose address can't be had is a temperror; it is to be skipped"),
    MX_BEFORE_FAILURE("§5.4: a host that fails is a temperror though another one's address matches"),
    ZERO_PARTS("§7.3: a macro may keep zero parts; the number must not be zero"),
    OWN_INCLUDE("§4.6.2, §4.6.4: an include of the record itself is an error unevaluated; mechanisms before it decide"),
    IP6_FOR_IP4("§5: an IPv4 client matches ip6 networks"),
    EMPTY_LABEL("§4.8: a name with an empty label ends the program"),
    NOT_ESCAPED("§7.3: an upper-case macro is not URL-escaped"),
    ALIAS_TO_NOTHING("§4.6.4: an alias that leads to nothing is no void answer"),
    DELIMITERS_ALONE("§7.3: delimiters without digits or r are passed over");

    static final String PYSPF = "pyspf";
    static final String MAIL_SPF = "Mail::SPF";

    private static final Pattern FAILED = Pattern.compile("on DNS '(\\w+)' lookup of '([^']+)'");
    private static final Pattern ONLY_DELIMITERS = Pattern.compile("%\\{[a-zA-Z][-+_/=,.]+}");

    private final String why;

    Difference(String why) {
        this.why = why;
    }

    @Override
    public String toString() {
        return name() + " " + why;
    }

    /** What is known of one. */
    private record Facts(String who, MadeZone made, SpfResult ours, String theirs, String said) {
        boolean by(String program) {
            return who.equals(program);
        }

        boolean isMalformed() {
            return ours.result() == Result.PERMERROR && ours.reason().contains("is malformed at");
        }

        /** They stopped at a question of these types that fails, where we went on. */
        boolean stoppedAt(Set<String> types, String recordsThatNameIt) {
            Matcher question = FAILED.matcher(said);
            if (!theirs.equals("temperror") || !question.find() || !types.contains(question.group(1))) {
                return false;
            }
            String name = question.group(2).toLowerCase(Locale.ROOT);
            return recordsThatNameIt.isEmpty()
                    || made.zone.stream()
                            .anyMatch(line -> line.contains(recordsThatNameIt) && line.endsWith(" " + name));
        }

        boolean asked(Pattern text) {
            return ours.answers().stream()
                    .flatMap(answer -> answer.texts().stream())
                    .anyMatch(record -> text.matcher(record).find());
        }

        boolean askedForAnEscape() {
            return ours.answers().stream()
                    .map(Answer::question)
                    .anyMatch(question -> question.name().octets().matches(".*%[0-9A-F]{2}.*"));
        }
    }

    private boolean explains(Facts facts) {
        return switch (this) {
            case VOID_QUESTIONS ->
                facts.theirs.equals("permerror") && facts.said.matches("(?i).*void (lookup|dns look-ups) limit.*");
            case PTR_FAILURE -> facts.stoppedAt(Set.of("PTR"), "");
            case MX_BEFORE_FAILURE ->
                facts.stoppedAt(Set.of("A", "AAAA"), " MX ")
                        && facts.ours.mechanism().toLowerCase(Locale.ROOT).matches("[-+?~]?mx.*");
            case ADDRESS_OF_NAME_FAILURE -> facts.by(PYSPF) && facts.stoppedAt(Set.of("A", "AAAA"), " PTR ");
            case SYNTAX_LATE -> facts.by(PYSPF) && facts.isMalformed() && facts.theirs.equals("temperror");
            case ZERO_PARTS -> facts.by(PYSPF) && facts.ours.reason().endsWith("a macro keeps zero parts");
            case OWN_INCLUDE -> facts.by(PYSPF) && facts.said.contains("include has trivial recursion");
            case IP6_FOR_IP4 ->
                facts.by(MAIL_SPF) && !facts.made.isIp6 && facts.said.matches("Mechanism '.?ip6:.*' matched");
            case EMPTY_LABEL -> facts.by(MAIL_SPF) && facts.said.startsWith("empty label in");
            case NOT_ESCAPED -> facts.by(MAIL_SPF) && facts.askedForAnEscape();
            case ALIAS_TO_NOTHING ->
                facts.by(MAIL_SPF)
                        && facts.ours.reason().equals(Mechanisms.TOO_MANY_VOID)
                        && facts.ours.answers().stream()
                                .anyMatch(answer ->
                                        answer.isVoid() && !answer.aliases().isEmpty());
            case DELIMITERS_ALONE -> facts.by(MAIL_SPF) && facts.asked(ONLY_DELIMITERS);
        };
    }

    /** The first that explains it. */
    static Optional<Difference> of(String who, MadeZone made, SpfResult ours, String theirs, String said) {
        var facts = new Facts(who, made, ours, theirs, said);
        for (Difference difference : values()) {
            if (difference.explains(facts)) {
                return Optional.of(difference);
            }
        }
        return Optional.empty();
    }
}
