package org.postern.console;

import java.util.ArrayList;
import java.util.List;
import org.postern.smtp.server.SmtpServer;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;

/** Whether the server is well, and whether it takes mail. Looks at no disk and asks nobody, so it may be asked as often as anybody likes. */
final class Health {
    private static final String STOPPED =
            "the spool has stopped, a write to it failed: see to its disk, then restart the server";

    private Health() {}

    /** What a restart would mend; nothing when all is well. */
    static List<String> faults(Watched now) {
        return now.spool().isRunning() ? List.of() : List.of(STOPPED);
    }

    /** Why no mail is taken; nothing while it is. */
    static List<String> hindrances(Watched now) {
        var hindrances = new ArrayList<>(faults(now));
        SmtpServer server = now.server();
        if (server.isStopping()) {
            hindrances.add("the server is stopping");
        }
        if (hindrances.isEmpty()) {
            lackOfRoom(now.spool(), hindrances);
        }
        if (server.sessions() >= server.limit()) {
            hindrances.add("there are as many sessions as there may be: " + server.limit() + " (limits.sessions)");
        }
        return hindrances;
    }

    private static void lackOfRoom(Spool spool, List<String> hindrances) {
        try {
            spool.requireRoom();
        } catch (SpoolProblem problem) {
            hindrances.add(
                    problem.kind() == SpoolProblem.Kind.FULL
                            ? problem.getMessage() + " (limits.spool-free-bytes)"
                            : String.valueOf(problem.getMessage()));
        }
    }
}
