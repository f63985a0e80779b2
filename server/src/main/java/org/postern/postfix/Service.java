package org.postern.postfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A line of master.cf, master(5).
 *
 * @param name as {@code smtp} or {@code 127.0.0.1:10025}
 * @param type as {@code inet}
 * @param program as {@code smtpd}
 * @param options what {@code -o} says in place of main.cf
 */
record Service(String name, String type, String program, Map<String, Setting> options, String where) {

    static List<Service> all(List<Line> lines) throws Unreadable {
        var services = new ArrayList<Service>();
        for (Line line : lines) {
            services.add(of(line));
        }
        return services;
    }

    private static Service of(Line line) throws Unreadable {
        List<String> fields = fields(line.text());
        if (fields.size() < 8) {
            throw new Unreadable(line.file() + ":" + line.number() + ": a service has eight fields, this has "
                    + fields.size() + ": mend the line, Postfix does not take it either");
        }
        Map<String, Setting> options = new LinkedHashMap<>();
        for (int i = 8; i < fields.size(); i++) {
            String field = fields.get(i);
            String option = "";
            if (field.equals("-o") && i + 1 < fields.size()) {
                option = Words.bare(fields.get(++i));
            } else if (field.startsWith("-o")) {
                option = Words.bare(field.substring(2));
            }
            int equals = option.indexOf('=');
            if (equals > 0) {
                String name = option.substring(0, equals).strip();
                options.put(name, new Setting(name, option.substring(equals + 1).strip(), line.where()));
            }
        }
        return new Service(
                fields.get(0),
                fields.get(1),
                fields.get(7).substring(fields.get(7).lastIndexOf('/') + 1),
                options,
                line.where());
    }

    /** Words apart by white space alone: values of {@code -o} have commas. */
    private static List<String> fields(String text) {
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        int depth = 0;
        for (char c : (text + " ").toCharArray()) {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth <= 0 && Character.isWhitespace(c)) {
                if (!field.isEmpty()) {
                    fields.add(field.toString());
                }
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        if (!field.isEmpty()) {
            fields.add(field.toString());
        }
        return fields;
    }

    boolean listens() {
        return type.equals("inet") && (program.equals("smtpd") || program.equals("postscreen"));
    }

    @Override
    public String toString() {
        return name + " " + type + " ... " + program;
    }
}
