package org.postern.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.postern.spool.RocksSpool;
import org.postern.spool.SpooledMessage;

/** A spool and its exports, in a directory of a test. */
record Backup(Path directory) {
    static final RocksSpool.Room ROOM = new RocksSpool.Room(1 << 20, 0);

    RocksSpool spool(String name) throws IOException {
        return RocksSpool.open(directory.resolve(name), ROOM, Clock.systemUTC());
    }

    /** Exports all of it. */
    Path export(RocksSpool spool, String name) throws IOException {
        Path place = directory.resolve(name);
        Export export = Export.into(place);
        for (SpooledMessage message : spool.page(Optional.empty(), 10_000)) {
            one(spool, export, message);
        }
        export.finish();
        return place;
    }

    private static void one(RocksSpool spool, Export export, SpooledMessage message) throws IOException {
        MessageDigest sha256 = Sha256.begin();
        byte[] trace = message.trace().getBytes(UTF_8);
        try (Export.Draft draft = export.begin(message.id());
                InputStream all = new SequenceInputStream(new ByteArrayInputStream(trace), spool.content(message))) {
            for (byte[] part = all.readNBytes(10_000); part.length > 0; part = all.readNBytes(10_000)) {
                draft.write(part);
                sha256.update(part);
            }
            draft.keep(MessageFile.of(message, trace.length, HexFormat.of().formatHex(sha256.digest())));
        }
    }

    static List<Import.Outcome> take(RocksSpool spool, Path export) throws IOException {
        List<Import.Outcome> outcomes = new ArrayList<>();
        Import.into(spool, export, Instant.now(), outcomes::add);
        return outcomes;
    }

    /** The octets of all files, by name. */
    static TreeMap<String, String> files(Path export) throws IOException {
        var files = new TreeMap<String, String>();
        try (Stream<Path> all = Files.list(export)) {
            for (Path file : all.toList()) {
                byte[] octets = Files.readAllBytes(file);
                boolean isText = file.toString().endsWith(".json");
                files.put(file.getFileName().toString(), isText ? new String(octets, UTF_8) : hash(octets));
            }
        }
        return files;
    }

    private static String hash(byte[] octets) {
        return octets.length + " " + HexFormat.of().formatHex(Sha256.begin().digest(octets));
    }
}
