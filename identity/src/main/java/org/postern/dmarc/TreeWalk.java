package org.postern.dmarc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.dmarc.DmarcRecord.Suffix;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.smtp.Domain;

/** Finds DMARC records from a domain upwards, RFC 9989 §4.10: eight questions at most for each domain, and none twice. */
final class TreeWalk {
    /** §4.10, step 4: so many labels are left of a name that has as many or more. */
    private static final int LABELS_AFTER_SHORTENING = 7;

    private final Resolver resolver;
    private final Map<Domain, Place> places = new HashMap<>();
    private final Map<Domain, Organisation> organisations = new HashMap<>();
    private final List<Answer> answers = new ArrayList<>();

    TreeWalk(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * What stands at {@code _dmarc} of a domain.
     *
     * @param record empty as well when there are several: step 2, they are all discarded
     * @param problem why nobody could say; empty when somebody did
     */
    record Place(Domain domain, Optional<DmarcRecord> record, boolean hasSeveral, Optional<String> problem) {
        boolean is(Suffix suffix) {
            return record.filter(one -> one.suffix() == suffix).isPresent();
        }

        String name() {
            return "_dmarc." + domain;
        }
    }

    /** §4.10.2. */
    sealed interface Organisation {
        /**
         * It has that domain.
         *
         * @param policy whose record speaks for domains that have none: its own, or else its public suffix's (§4.10.1)
         */
        record Known(Domain domain, Optional<Place> policy) implements Organisation {}

        /** Nobody could say, for that reason. */
        record Unknown(String problem) implements Organisation {}
    }

    /** All that were seen, in their order. */
    List<Answer> answers() {
        return List.copyOf(answers);
    }

    /** What stands at that domain, in its canonical form. */
    Place at(Domain domain) {
        ask(List.of(domain));
        return place(domain);
    }

    /** The answer to another question. */
    Answer ask(DnsName name, RecordType type) {
        Answer answer = resolver.ask(name, type);
        answers.add(answer);
        return answer;
    }

    /** Whose domain it is; {@code domain} in its canonical form. */
    Organisation organisation(Domain domain) {
        Organisation known = organisations.get(domain);
        if (known == null) {
            known = find(domain);
            organisations.put(domain, known);
        }
        return known;
    }

    private Organisation find(Domain start) {
        List<Domain> targets = targets(start);
        ask(targets);
        Optional<Place> shortest = Optional.empty();
        for (Domain target : targets) {
            Place place = place(target);
            if (place.problem.isPresent()) {
                return new Organisation.Unknown(place.problem.get());
            }
            if (place.is(Suffix.NO)) {
                return new Organisation.Known(target, Optional.of(place));
            }
            if (place.is(Suffix.YES) && !target.equals(start)) {
                Domain below = oneBelow(target, start);
                // A record of its own outranks the suffix's, where the walk has been there.
                Optional<Place> own = Optional.ofNullable(places.get(below)).filter(it -> it.record.isPresent());
                return new Organisation.Known(below, own.or(() -> Optional.of(place)));
            }
            if (place.record.isPresent()) {
                shortest = Optional.of(place);
            }
            if (place.is(Suffix.YES)) {
                break;
            }
        }
        return new Organisation.Known(shortest.map(Place::domain).orElse(start), shortest);
    }

    /** Steps 1, 3, 4 and 7. */
    private static List<Domain> targets(Domain start) {
        var targets = new ArrayList<Domain>();
        targets.add(start);
        String name = start.name();
        int labels = labels(name);
        int dropped = Math.max(1, labels - LABELS_AFTER_SHORTENING);
        for (int i = 0; i < dropped && labels > 0; i++, labels--) {
            name = parent(name);
        }
        while (labels > 0) {
            targets.add(new Domain(name));
            name = parent(name);
            labels--;
        }
        return targets;
    }

    private static int labels(String name) {
        return 1 + (int) name.chars().filter(c -> c == '.').count();
    }

    private static String parent(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    /** The domain above or at {@code start} that has one label more than {@code suffix}. */
    private static Domain oneBelow(Domain suffix, Domain start) {
        String rest =
                start.name().substring(0, start.name().length() - suffix.name().length() - 1);
        return new Domain(rest.substring(rest.lastIndexOf('.') + 1) + "." + suffix);
    }

    /** Side by side, what has not been asked yet. */
    private void ask(List<Domain> domains) {
        var asked = new ArrayList<Domain>();
        var questions = new ArrayList<Question>();
        for (Domain domain : domains) {
            if (!places.containsKey(domain)) {
                // Where the name would be too long there is no such name.
                places.put(domain, new Place(domain, Optional.empty(), false, Optional.empty()));
                DnsName.ofLabels("_dmarc." + domain).ifPresent(name -> {
                    asked.add(domain);
                    questions.add(new Question(name, RecordType.TXT));
                });
            }
        }
        if (questions.isEmpty()) {
            return;
        }
        List<Answer> came = resolver.ask(questions);
        answers.addAll(came);
        for (int i = 0; i < came.size(); i++) {
            places.put(asked.get(i), place(asked.get(i), came.get(i)));
        }
    }

    private Place place(Domain domain) {
        Place place = places.get(domain);
        if (place == null) {
            throw new IllegalStateException("nobody asked about " + domain);
        }
        return place;
    }

    private static Place place(Domain domain, Answer answer) {
        List<DmarcRecord> records = answer.texts().stream()
                .flatMap(text -> DmarcRecord.parse(text).stream())
                .toList();
        return new Place(
                domain,
                records.size() == 1 ? Optional.of(records.getFirst()) : Optional.empty(),
                records.size() > 1,
                answer.isFailed() ? Optional.of(answer.said()) : Optional.empty());
    }
}
