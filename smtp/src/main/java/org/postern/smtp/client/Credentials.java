package org.postern.smtp.client;

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

    @Override
    public String toString() {
        return user + ":***";
    }
}
