package org.postern.app;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.postern.begin.DnsLook;
import org.postern.config.Config;

/** What {@code postern init} did, could not do, and saw. */
final class InitReport {
    private final Path file;
    private final String again;
    private final boolean stood;
    private final Asking asking;
    private final Config.Result.Valid valid;
    private final List<String> done = new ArrayList<>();
    private final List<String> undone = new ArrayList<>();
    private DnsLook look = new DnsLook(List.of(), List.of(), List.of());
    private List<InetSocketAddress> servers = List.of();

    /**
     * @param again how the file is named behind another command
     * @param stood whether it was there, and stays as it is
     */
    InitReport(Path file, String again, boolean stood, Asking asking, Config.Result.Valid valid) {
        this.file = file;
        this.again = again;
        this.stood = stood;
        this.asking = asking;
        this.valid = valid;
        if (stood) {
            done.add(file + " is there, and stays as it is; --force writes it anew");
        }
    }

    /** It was done. */
    void done(String clause) {
        done.add(clause);
    }

    /** It could not be done. */
    void undone(String clause) {
        undone.add(clause);
    }

    /** What DNS has, by those servers. */
    void sees(DnsLook seen, List<InetSocketAddress> asked) {
        look = seen;
        servers = asked;
    }

    Path file() {
        return file;
    }

    String again() {
        return again;
    }

    boolean stood() {
        return stood;
    }

    Config config() {
        return valid.config();
    }

    List<Asking.Assumed> assumed() {
        return asking.assumed();
    }

    List<String> remarks() {
        // What was said by way of us was heard with remarks.
        List<String> read = stood ? valid.warnings() : List.of();
        return Stream.of(asking.remarks(), read, look.remarks())
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    List<String> done() {
        return List.copyOf(done);
    }

    List<String> undone() {
        return List.copyOf(undone);
    }

    DnsLook look() {
        return look;
    }

    List<InetSocketAddress> servers() {
        return servers;
    }

    /** Records of a server that is only about to be are still to come; those of one that is there are not. */
    boolean isFine() {
        return undone.isEmpty() && (!stood || look.isRight());
    }
}
