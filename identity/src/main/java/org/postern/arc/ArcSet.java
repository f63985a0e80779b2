package org.postern.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.dkim.TagList;
import org.postern.message.Field;
import org.postern.message.Header;

/**
 * The three fields of one who sent a message on: RFC 8617 §4.2.
 *
 * @param results what that one had found, {@code ARC-Authentication-Results}
 * @param signature of the message as it left there, {@code ARC-Message-Signature}
 * @param sealField over all sets so far, {@code ARC-Seal}
 */
record ArcSet(Field results, Field signature, Field sealField, Seal seal) {
    static final String RESULTS = "ARC-Authentication-Results";
    static final String SIGNATURE = "ARC-Message-Signature";

    /** RFC 8617 §4.2.1. */
    static final int MAX = 50;

    /** The results have no tags all the way: §4.1.1. */
    private static final Pattern INSTANCE =
            Pattern.compile("[ \\t\\r\\n]*i[ \\t\\r\\n]*=[ \\t\\r\\n]*([0-9]{1,3})[ \\t\\r\\n]*;", Pattern.DOTALL);

    /** Why a header's sets are no chain. */
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        Broken(String why) {
            super(why, null, false, false);
        }
    }

    static boolean isOne(Field field) {
        return field.is(RESULTS) || field.is(SIGNATURE) || field.is(Seal.FIELD);
    }

    /** The sets in {@code header}, the oldest first; none when there is no such field. @throws Broken as §5.2 says in its steps 1 and 3 */
    static List<ArcSet> all(Header header) throws Broken {
        List<Field> fields = header.fields().stream().filter(ArcSet::isOne).toList();
        // §4.2.1: and no more work is done for them than that.
        if (fields.size() > 3 * MAX) {
            throw new Broken("there are " + fields.size() + " fields of ARC, and " + MAX + " sets have " + 3 * MAX);
        }
        var sets = new ArrayList<ArcSet>();
        for (int instance = 1; sets.size() * 3 < fields.size(); instance++) {
            int wanted = instance;
            List<Field> same = fields.stream()
                    .filter(field -> instance(field).orElse(0) == wanted)
                    .toList();
            Field results = only(same, RESULTS, instance);
            Field signature = only(same, SIGNATURE, instance);
            Field sealField = only(same, Seal.FIELD, instance);
            int named = instance;
            Seal seal =
                    Seal.read(sealField).orElseThrow(() -> new Broken("the seal of set " + named + " can't be read"));
            // §5.2, step 3: the first found no chain, and each other one that held, or was the last to see that it did
            // not.
            boolean fits = (instance == 1) == (seal.status() == Seal.Status.NONE);
            if (!fits) {
                throw new Broken("set " + instance + " says cv=" + seal.status().word());
            }
            sets.add(new ArcSet(results, signature, sealField, seal));
        }
        return sets;
    }

    private static Field only(List<Field> fields, String name, int instance) throws Broken {
        List<Field> named = fields.stream().filter(field -> field.is(name)).toList();
        if (named.size() != 1) {
            throw new Broken("set " + instance + " has " + (named.isEmpty() ? "no" : String.valueOf(named.size())) + " "
                    + name + (named.size() > 1 ? " fields" : ""));
        }
        return named.getFirst();
    }

    private static OptionalInt instance(Field field) {
        Optional<String> number;
        if (field.is(RESULTS)) {
            Matcher start = INSTANCE.matcher(value(field));
            number = start.lookingAt() ? Optional.of(start.group(1)) : Optional.empty();
        } else {
            number = TagList.parse(value(field)).flatMap(tags -> tags.compact("i"));
        }
        return number.filter(text -> text.matches("[0-9]{1,3}"))
                .map(text -> OptionalInt.of(Integer.parseInt(text)))
                .orElse(OptionalInt.empty());
    }

    /** What stands behind the colon, folds and all. */
    static String value(Field field) {
        String text = new String(field.toBytes(), ISO_8859_1);
        return text.substring(text.indexOf(':') + 1);
    }

    /** The results without their instance: a value as RFC 8601 has it. */
    String resultsValue() {
        String value = results.value();
        return value.substring(value.indexOf(';') + 1);
    }
}
