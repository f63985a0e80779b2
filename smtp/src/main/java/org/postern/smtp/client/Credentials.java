package org.postern.smtp.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Who we are to a server that wants to know.
 *
 * @param password prints as stars
 */
public record Credentials(String user, String password) {
    /** @throws IllegalArgumentException when one of them can't be said: RFC 4616 §2 has no place for NUL */
    public Credentials {
        if (user.isEmpty() || password.isEmpty() || user.indexOf('\0') >= 0 || password.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a user and a password are needed, without a NUL");
        }
    }

    /**
     * Those in a file, whose first line is the user and whose second the password; white space at their ends is not theirs.
     *
     * @throws IOException when it can't be read, or has not both; the message says which
     */
    public static Credentials read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() < 2) {
            throw new IOException("its first line is the user, its second the password");
        }
        return new Credentials(lines.get(0).strip(), lines.get(1).strip());
    }

    @Override
    public String toString() {
        return user + ":***";
    }
}
