package org.postern.smtp.client;

/** Hears what is said in a session, line by line, as it happens. Secrets are starred. Called on the session's thread. */
public interface Dialogue {
    /** Hears nothing. */
    Dialogue UNHEARD = new Dialogue() {
        @Override
        public void sent(String line, boolean inTls) {}

        @Override
        public void received(String line, boolean inTls) {}

        @Override
        public void noted(String event) {}

        @Override
        public boolean isUnheard() {
            return true;
        }
    };

    /** We said {@code line}; for content, how much it was. */
    void sent(String line, boolean inTls);

    /** The other side said {@code line}, without control characters. */
    void received(String line, boolean inTls);

    /** What is no line: connected, TLS begun, closed. */
    void noted(String event);

    /** Whether nobody listens, so that nothing need be put into words. */
    default boolean isUnheard() {
        return false;
    }
}
