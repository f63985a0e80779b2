package org.postern.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.journal.Field;
import org.postern.journal.Query;
import org.postern.journal.Words;
import org.postern.policy.Net;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What entries of the journal a command is about: all that is given must hold. */
final class Sought {
    @Option(
            names = "--client",
            paramLabel = "NET",
            converter = ClientNet.class,
            description = "Who came from there: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32.")
    private @Nullable Net client;

    @Option(names = "--greeting", paramLabel = "NAME", description = "Who greeted so; mail.* for all that begin so.")
    private @Nullable String greeting;

    @Option(names = "--confirmed", paramLabel = "NAME", description = "Whose address leads to that name and back.")
    private @Nullable String confirmed;

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "The sender; ann@* for all that begin so, <> for none.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "ADDRESS", description = "A recipient.")
    private @Nullable String to;

    @Option(names = "--message-id", paramLabel = "ID", description = "The Message-ID of the header.")
    private @Nullable String messageId;

    @Option(names = "--session", paramLabel = "ID", description = "A session, s-...")
    private @Nullable String session;

    @Option(names = "--message", paramLabel = "ID", description = "A message, m-...")
    private @Nullable String message;

    @Option(
            names = "--verdict",
            paramLabel = "WORD",
            description = "accept, greylist, quarantine, defer, reject; trusted, limited, refused.")
    private @Nullable String verdict;

    @Option(names = "--check", paramLabel = "ID", description = "The check that decided, as iprev.")
    private @Nullable String check;

    @Option(names = "--destination", paramLabel = "NAME", description = "Where it was tried.")
    private @Nullable String destination;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    Sought() {}

    Query query() {
        Query query = Query.ANY;
        if (client != null) {
            query = query.with(Field.CLIENT, Words.of(client));
        }
        for (Given given : given()) {
            query = query.with(given.field, Words.of(given.word));
        }
        return query;
    }

    private record Given(Field field, String word) {}

    private List<Given> given() {
        var all = new ArrayList<Given>();
        add(all, Field.GREETING, greeting);
        add(all, Field.CONFIRMED, confirmed);
        add(all, Field.SENDER, from);
        add(all, Field.RECIPIENT, to);
        add(all, Field.MESSAGE_ID, messageId);
        add(all, Field.SESSION, session);
        add(all, Field.MESSAGE, message);
        add(all, Field.VERDICT, verdict);
        add(all, Field.CHECK, check);
        add(all, Field.DESTINATION, destination);
        return all;
    }

    private static void add(List<Given> all, Field field, @Nullable String word) {
        Optional.ofNullable(word).ifPresent(one -> all.add(new Given(field, one)));
    }

    static final class ClientNet implements ITypeConverter<Net> {
        @Override
        public Net convert(String text) {
            return Net.parse(text)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + Harmless.text(text) + "' is no net: write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32"));
        }
    }
}
