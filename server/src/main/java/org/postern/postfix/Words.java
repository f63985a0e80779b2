package org.postern.postfix;

import java.util.ArrayList;
import java.util.List;

/** Values that are lists: words apart by white space or commas, {@code {...}} held together. */
final class Words {
    private Words() {}

    static List<String> of(String value) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '{') {
                depth++;
            } else if (c == '}') {
                depth = Math.max(0, depth - 1);
            }
            if (depth == 0 && (c == ',' || Character.isWhitespace(c))) {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                }
                word.setLength(0);
            } else {
                word.append(c);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    /** What stands in {@code {...}}, without the braces and the white space at its ends; other text as it is. */
    static String bare(String text) {
        return text.startsWith("{") && text.endsWith("}") && text.length() > 1
                ? text.substring(1, text.length() - 1).strip()
                : text;
    }
}
