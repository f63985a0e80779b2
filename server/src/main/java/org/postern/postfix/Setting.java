package org.postern.postfix;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A setting as it is written, {@code name = value}.
 *
 * @param where as {@code main.cf:12}
 */
record Setting(String name, String value, String where) {

    /** The settings of a main.cf; of several with one name the last, as Postfix has it. */
    static Map<String, Setting> all(List<Line> lines) throws Unreadable {
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (Line line : lines) {
            int equals = line.text().indexOf('=');
            String name = equals < 0 ? "" : line.text().substring(0, equals).strip();
            if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
                throw new Unreadable(line.file() + ":" + line.number()
                        + ": a setting is written \"name = value\": mend the line, Postfix does not take it either");
            }
            settings.put(
                    name, new Setting(name, line.text().substring(equals + 1).strip(), line.where()));
        }
        return settings;
    }

    @Override
    public String toString() {
        return name + " = " + value;
    }
}
