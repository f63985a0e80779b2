package org.postern.door;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.postern.route.Route;
import org.postern.smtp.ReversePath;

/** Takes the responsibility for messages. The spool will stand here; until then mail goes straight into Maildirs. */
public interface Keeper {
    /**
     * Keeps a message. When it returns, the message is on stable storage for each of its recipients; when it throws, for none.
     *
     * @param content to be read to its end; its exceptions pass through
     */
    void keep(Accepted message, InputStream content) throws IOException;

    /**
     * A message that may come in.
     *
     * @param id as {@code m-01JD...}
     * @param routes where it goes, one for each different place; local ones only
     * @param trace what this hop puts before the content: its Received field with the line end, and an empty line where the content
     *     would go on with that field
     */
    record Accepted(String id, ReversePath from, List<Route> routes, String trace) {
        public Accepted {
            routes = List.copyOf(routes);
        }
    }
}
