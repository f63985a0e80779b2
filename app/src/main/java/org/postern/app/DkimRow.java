package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.security.InvalidKeyException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.dkim.Algorithm;
import org.postern.dkim.KeySearch;
import org.postern.dkim.Octets;
import org.postern.dkim.SigningKey;
import org.postern.dns.Answer;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.finding.Result;
import org.postern.signing.KeyFile;
import org.postern.signing.KeyStanding;
import org.postern.signing.MadeKey;

/**
 * A key, and what DNS has of it now.
 *
 * @param made how far it is; empty for one of the configuration, which signs whatever DNS says
 * @param presence whether its record stands
 * @param dns the same in words
 */
record DkimRow(KeyFile file, Algorithm algorithm, Optional<Made> made, Presence presence, String dns) {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE;

    /** One that we made. */
    record Made(MadeKey key, KeyStanding standing) {}

    enum Presence {
        THERE,
        NOT_THERE,
        /** DNS can't be asked. */
        UNKNOWN
    }

    /** Of a key that we made, among {@code all}. */
    static DkimRow of(MadeKey key, List<MadeKey> all, Resolver resolver) {
        Answer answer = resolver.ask(key.name(), RecordType.TXT);
        Presence presence =
                answer.isFailed() ? Presence.UNKNOWN : key.isIn(answer) ? Presence.THERE : Presence.NOT_THERE;
        return new DkimRow(
                key.file(),
                key.algorithm(),
                Optional.of(new Made(key, KeyStanding.of(key, all))),
                presence,
                switch (presence) {
                    case THERE -> "in DNS";
                    case NOT_THERE -> "not in DNS: " + answer.said();
                    case UNKNOWN -> "DNS can't be asked: " + answer.said();
                });
    }

    /** Of a key of the configuration. @throws IOException when it can't be read any more */
    static DkimRow of(KeyFile file, Resolver resolver) throws IOException {
        SigningKey key = file.read();
        KeySearch found = KeySearch.begin(file.domain().canonical(), file.selector(), key.algorithm(), resolver)
                .join();
        byte[] octets = "a question of ours".getBytes(US_ASCII);
        if (found.problem().isPresent()) {
            boolean later = found.problem().get() == Result.TEMPERROR;
            return new DkimRow(
                    file,
                    key.algorithm(),
                    Optional.empty(),
                    later ? Presence.UNKNOWN : Presence.NOT_THERE,
                    found.text());
        }
        try {
            boolean isIt = found.verifies(octets, Octets.of(key.sign(octets)));
            return new DkimRow(
                    file,
                    key.algorithm(),
                    Optional.empty(),
                    isIt ? Presence.THERE : Presence.NOT_THERE,
                    isIt ? "in DNS" : "another key is in DNS");
        } catch (InvalidKeyException odd) {
            throw new IOException("the key in " + file.file() + " can't be used: " + odd.getMessage(), odd);
        }
    }

    /** Whether what leaves is signed with it. */
    boolean signs() {
        return made.map(one -> one.standing() instanceof KeyStanding.Signing).orElse(true);
    }

    /** What it does. */
    String state() {
        return made.map(one -> switch (one.standing()) {
                    case KeyStanding.Waiting _ -> "waits for its record";
                    case KeyStanding.Signing(Instant since) -> "signs since " + day(since);
                    case KeyStanding.Retired retired -> "retired on " + day(retired.since());
                })
                .orElse("signs, by [[dkim]]");
    }

    /** What is to be published, a line of a zone file; empty when nothing is. */
    Optional<String> toPublish() {
        return made.filter(one -> presence == Presence.NOT_THERE && !(one.standing() instanceof KeyStanding.Retired))
                .map(one -> one.key().zoneLine());
    }

    /** What else is to be known or done; empty when nothing is. */
    String advice() {
        String name = name();
        if (made.isEmpty()) {
            return presence == Presence.NOT_THERE ? "What " + name + " signs can't be verified." : "";
        }
        return switch (made.get().standing()) {
            case KeyStanding.Waiting _ ->
                presence == Presence.THERE ? "The server has not seen " + name + " yet; it looks every minute." : "";
            case KeyStanding.Signing _ ->
                presence == Presence.NOT_THERE ? "What " + name + " signs can't be verified." : "";
            case KeyStanding.Retired retired -> {
                if (presence != Presence.THERE) {
                    yield "";
                }
                boolean isOver = Instant.now().isAfter(retired.until());
                yield "The record " + name + " may go " + (isOver ? "now." : "on " + day(retired.until()) + ".");
            }
        };
    }

    private String name() {
        return file.selector() + "._domainkey." + file.domain().canonical();
    }

    private static String day(Instant instant) {
        return DAY.format(LocalDate.ofInstant(instant, ZoneId.systemDefault()));
    }

    Map<String, Object> json() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("domain", file.domain().canonical());
        row.put("selector", file.selector());
        row.put("algorithm", algorithm.tag());
        row.put(
                "state",
                made.map(one -> switch (one.standing()) {
                            case KeyStanding.Waiting _ -> "waiting";
                            case KeyStanding.Signing _ -> "signing";
                            case KeyStanding.Retired _ -> "retired";
                        })
                        .orElse("configured"));
        row.put("in_dns", presence == Presence.THERE);
        row.put("dns", dns);
        row.put("name", name());
        made.ifPresent(one -> row.put("record", one.key().record()));
        return row;
    }
}
