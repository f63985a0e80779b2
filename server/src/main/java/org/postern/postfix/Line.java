package org.postern.postfix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of a file as postconf(5), master(5) and postmap(1) have it: with the lines that begin with white space behind it, without
 * remarks.
 *
 * @param number of its first line, from 1
 */
record Line(Path file, int number, String text) {
    /** What a file may have: far more than people write, and little enough for the heap. */
    static final int MAX_OCTETS = 16 * 1024 * 1024;

    /** As remarks name it: {@code main.cf:12}. */
    String where() {
        return file.getFileName() + ":" + number;
    }

    /** @throws Unreadable when it can't be read; the message says why */
    static List<Line> read(Path file) throws Unreadable {
        return join(file, text(file));
    }

    static List<Line> join(Path file, String text) {
        var lines = new ArrayList<Line>();
        var joined = new StringBuilder();
        int begun = 0;
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String bare = line.strip();
            if (bare.isEmpty() || bare.startsWith("#")) {
                continue;
            }
            if (Character.isWhitespace(line.charAt(0)) && begun > 0) {
                joined.append(' ').append(bare);
                continue;
            }
            if (begun > 0) {
                lines.add(new Line(file, begun, joined.toString()));
            }
            joined.setLength(0);
            joined.append(bare);
            begun = number;
        }
        if (begun > 0) {
            lines.add(new Line(file, begun, joined.toString()));
        }
        return lines;
    }

    private static String text(Path file) throws Unreadable {
        if (!Files.exists(file)) {
            throw new Unreadable("there is no " + file);
        }
        if (!Files.isRegularFile(file)) {
            // To read a pipe or a device might never end.
            throw new Unreadable(file + " is no regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAX_OCTETS + 1);
            if (octets.length > MAX_OCTETS) {
                throw new Unreadable(file + " has more than the " + MAX_OCTETS + " octets that are read of one file");
            }
            return new String(octets, StandardCharsets.UTF_8);
        } catch (Unreadable known) {
            throw known;
        } catch (IOException problem) {
            throw new Unreadable("can't read " + file + ": " + problem.getMessage()
                    + "; run this as a user who may, as root for /etc/postfix");
        }
    }
}
