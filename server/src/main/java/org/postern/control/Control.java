package org.postern.control;

import java.io.IOException;

/** Whoever answers requests: a server behind its socket, or the store itself. */
public interface Control extends AutoCloseable {
    /** Takes an answer; may refuse more by throwing. */
    interface Listener {
        void answer(Answer answer) throws IOException;
    }

    /** Asks; there is one answer, but for {@link Request.Content}, which has as many as it takes. */
    void ask(Request request, Listener listener) throws IOException;

    /** Asks what has one answer. */
    default Answer ask(Request request) throws IOException {
        Answer[] said = new Answer[1];
        ask(request, answer -> said[0] = answer);
        return said[0];
    }

    @Override
    void close() throws IOException;
}
