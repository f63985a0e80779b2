package org.postern.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.program.Program;

/** NSD with zones of a test's, and Unbound in front of it: one that validates, and one that does not. All on loopback. */
public final class RealServers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final SequencedMap<String, Path> zones = new LinkedHashMap<>();
    private final List<Process> processes = new ArrayList<>();
    private final int nsdPort;

    /** With their files there. */
    public RealServers(Path directory) throws IOException {
        this.directory = directory;
        this.nsdPort = freePort();
    }

    /** Adds a zone as it stands; names are relative to {@code origin}. */
    public Path zone(String origin, String records) throws IOException {
        Path file = directory.resolve(origin + "zone");
        Files.writeString(file, """
            $ORIGIN %s
            $TTL 300
            @ SOA ns ann 1 3600 600 86400 60
            @ NS ns
            ns A 127.0.0.1
            %s\
            """.formatted(origin, records), US_ASCII);
        zones.put(origin, file);
        return file;
    }

    /** Adds a zone and signs it; the arguments are those of ldns-signzone. Returns the DS that its parent needs. */
    public String signedZone(String origin, String records, String... arguments)
            throws IOException, InterruptedException {
        Path file = zone(origin, records);
        String key = Program.named("ldns-keygen")
                .run(directory, "", "-r", "/dev/urandom", "-a", "ECDSAP256SHA256", "-k", origin)
                .strip();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(file.toString(), key));
        Program.named("ldns-signzone").run(directory, "", all.toArray(String[]::new));
        zones.put(origin, Path.of(file + ".signed"));
        return Files.readString(directory.resolve(key + ".ds"), US_ASCII);
    }

    /** Changes what was signed. */
    void forge(String origin, String signed, String forged) throws IOException {
        Path file = zones.get(origin);
        String text = Files.readString(file, US_ASCII);
        if (!text.contains(signed)) {
            throw new IllegalArgumentException(signed + " is not in " + text);
        }
        Files.writeString(file, text.replace(signed, forged), US_ASCII);
    }

    /** Starts NSD. */
    public void startNsd() throws IOException, InterruptedException {
        String conf = zones.entrySet().stream()
                .map(zone -> "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n".formatted(zone.getKey(), zone.getValue()))
                .collect(Collectors.joining(
                        "", """
                            server:
                              ip-address: 127.0.0.1
                              port: %d
                              server-count: 1
                              username: "%s"
                              chroot: ""
                              zonesdir: "%s"
                              database: ""
                              pidfile: "nsd.pid"
                              xfrdfile: "xfrd.state"
                              xfrdir: "%s"
                              zonelistfile: "zone.list"
                            remote-control:
                              control-enable: no
                            """.formatted(nsdPort, System.getProperty("user.name"), directory, directory), ""));
        start("nsd", conf, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), nsdPort));
    }

    /** Starts an Unbound with these modules, as {@code validator iterator}. */
    public InetSocketAddress startUnbound(String modules, String anchor) throws IOException, InterruptedException {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), freePort());
        String conf = zones.keySet().stream()
                .map(zone -> "stub-zone:\n  name: \"%s\"\n  stub-addr: 127.0.0.1@%d\n".formatted(zone, nsdPort))
                .collect(Collectors.joining(
                        "", """
                                  server:
                                    interface: 127.0.0.1
                                    port: %d
                                    outgoing-interface: 127.0.0.1
                                    do-ip6: no
                                    do-not-query-localhost: no
                                    num-threads: 1
                                    username: ""
                                    chroot: ""
                                    directory: "%s"
                                    pidfile: ""
                                    use-syslog: no
                                    verbosity: 1
                                    ede: yes
                                    val-log-level: 2
                                    module-config: "%s"
                                    trust-anchor: "%s"
                                    local-zone: "test." nodefault
                                    local-zone: "elsewhere.test." refuse
                            local-zone: "2.0.192.in-addr.arpa." nodefault
                                  remote-control:
                                    control-enable: no
                                  # Nothing is asked of the world.
                                  stub-zone:
                                    name: "."
                                    stub-addr: 127.0.0.1@1
                            """.formatted(address.getPort(), directory, modules, anchor.strip()), ""));
        start("unbound", conf, address);
        return address;
    }

    private void start(String program, String conf, InetSocketAddress address)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile(directory, program, ".conf");
        Files.writeString(file, conf, US_ASCII);
        Path log = Path.of(file + ".log");
        Process process = Program.named(program).start(directory, log, "-d", "-c", file.toString());
        processes.add(process);
        // Whoever ends the tests early ends it too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }));
        DnsSettings settings =
                DnsSettings.of(List.of(address)).with(Dnssec.OFF).with(Duration.ofMillis(200), Duration.ofSeconds(1));
        var exchange = new ServerExchange(address, settings);
        long end = System.nanoTime() + PATIENCE.toNanos();
        var question = new Question(new DnsName(zones.lastEntry().getKey()), RecordType.A);
        while (exchange.ask(question, end).isFailed()) {
            if (!process.isAlive() || end - System.nanoTime() < 0) {
                throw new IOException(program + " does not answer; it said: " + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static int freePort() throws IOException {
        while (true) {
            try (var tcp = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                    var _ = new DatagramSocket(tcp.getLocalPort(), InetAddress.ofLiteral("127.0.0.1"))) {
                return tcp.getLocalPort();
            } catch (java.net.BindException taken) {
                // Another one, then.
            }
        }
    }

    @Override
    public void close() {
        for (Process process : processes) {
            // NSD takes its children with it.
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
    }
}
