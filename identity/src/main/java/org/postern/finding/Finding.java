package org.postern.finding;

import java.util.Arrays;
import java.util.List;
import org.postern.dns.Answer;
import org.postern.smtp.Letters;

/**
 * What a check came to.
 *
 * @param subject what it is about, in a form that is compared: a zone and its code, a domain; may be empty
 * @param text a sentence without its full stop, for who reads a log or a reply; visible ASCII
 * @param evidence what it rests on
 */
public record Finding(Check check, Result result, String subject, String text, List<Evidence> evidence) {
    public Finding {
        // Whatever a zone or a client wrote: it stands in one line of a log, and ends no reply.
        text = visible(text);
        evidence = List.copyOf(evidence);
    }

    private static String visible(String text) {
        if (Letters.all(text, c -> c >= ' ' && c <= '~')) {
            return text;
        }
        var safe = new StringBuilder(text);
        for (int i = 0; i < safe.length(); i++) {
            if (safe.charAt(i) < ' ' || safe.charAt(i) > '~') {
                safe.setCharAt(i, '?');
            }
        }
        return safe.toString();
    }

    /** One that rests on these answers. */
    public static Finding of(Check check, Result result, String text, Answer... answers) {
        return of(check, result, text, Arrays.asList(answers));
    }

    /** One that rests on these answers. */
    public static Finding of(Check check, Result result, String text, List<Answer> answers) {
        return new Finding(
                check, result, "", text, answers.stream().map(Evidence::of).toList());
    }

    /** The same, about {@code other}. */
    public Finding about(String other) {
        return new Finding(check, result, other, text, evidence);
    }

    /** That word of the subject, from 0; empty when there are fewer. */
    public String subject(int word) {
        String[] words = subject.split(" ", -1);
        return word < words.length ? words[word] : "";
    }

    /** Whether it is of that check and came to that. */
    public boolean is(Check which, Result what) {
        return check == which && result == what;
    }

    /** As {@code iprev=pass}. */
    @Override
    public String toString() {
        return check.id() + "=" + result.word();
    }
}
