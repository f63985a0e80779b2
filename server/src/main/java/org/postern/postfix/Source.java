package org.postern.postfix;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.smtp.Domain;

/**
 * What is imported, and where it is written.
 *
 * @param settings main.cf, with what the service for strangers says in its place
 */
record Source(Settings settings, List<Service> services, Tables tables, Draft draft) {

    /** A domain that a list names. */
    record Named(Domain domain, String where) {}

    void remark(String setting, String text) throws Unreadable {
        draft.remark(settings.where(setting), settings.quote(setting), text);
    }

    /** The words of a list, those in its files with it; tables stay words. */
    List<Row> words(String setting) throws Unreadable {
        var words = new ArrayList<Row>();
        for (String word : settings.words(setting)) {
            Optional<Path> file = Tables.path(word);
            if (file.isPresent()) {
                try {
                    for (Line line : Line.read(file.get())) {
                        Words.of(line.text()).forEach(one -> words.add(new Row(one, "", line.where())));
                    }
                } catch (Unreadable problem) {
                    draft.remark(settings.where(setting), setting + " = " + word, problem.getMessage());
                }
            } else {
                words.add(new Row(word, "", settings.where(setting)));
            }
        }
        return words;
    }

    /** The domains of a list; what is none is remarked on. */
    List<Named> domains(String setting) throws Unreadable {
        var domains = new ArrayList<Named>();
        for (Row word : words(setting)) {
            if (Tables.isNamed(word.key())) {
                tables.rows(word.key(), word.where(), setting).stream()
                        .filter(row -> !row.key().contains("@"))
                        .forEach(row -> domain(row.key())
                                .filter(domain -> domain.name().contains("."))
                                .ifPresent(domain -> domains.add(new Named(domain, row.where()))));
                continue;
            }
            Optional<Domain> domain = domain(word.key());
            domain.ifPresent(name -> domains.add(new Named(name, word.where())));
            if (domain.isEmpty()) {
                draft.remark(
                        word.where(),
                        setting + " = ... " + word.key(),
                        "is no domain name, and domains are listed by their names here: write a [domains.\"...\"] for"
                                + " each that it stands for");
            }
        }
        return domains;
    }

    /** A domain as the configuration takes it. */
    static Optional<Domain> domain(String text) {
        return Domain.parse(text.toLowerCase(Locale.ROOT)).filter(Domain::isAscii);
    }
}
