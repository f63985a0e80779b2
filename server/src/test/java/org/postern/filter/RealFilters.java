package org.postern.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.postern.program.Program;

/** rspamd, ClamAV and OpenDKIM, as processes of a test's own on this host; none of them asks anybody else anything. */
public final class RealFilters implements AutoCloseable {
    /** In two parts, so that nobody who looks for it finds it here. */
    public static final String EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    /** For this rspamd rejects a message that holds it. */
    public static final String GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path directory;
    private final List<Process> processes = new ArrayList<>();

    /** With their files there. */
    public RealFilters(Path directory) {
        this.directory = directory;
    }

    /** rspamd, with a rule for offers and another that adds fields; returns its address. */
    public String rspamd() throws Exception {
        Path home = Files.createDirectory(directory.resolve("rspamd"));
        int port = freePort();
        Files.writeString(home.resolve("rules.lua"), """
            config['regexp'] = {}
            config['regexp']['OFFER'] = { re = 'Subject=/offer/i{header}', score = 7.0, description = 'an offer' }
            """, US_ASCII);
        Path conf = Files.writeString(home.resolve("rspamd.conf"), """
            options {
              pidfile = "%1$s/rspamd.pid";
              filters = "regexp";
              cache_file = "%1$s/symbols.cache";
              hs_cache_dir = "%1$s/";
              control_socket = "%1$s/control.sock mode=0600";
              tempdir = "%1$s";
              url_tld = "%1$s/suffixes";
              dns { nameserver = ["127.0.0.1:1"]; }
              local_addrs = [];
            }
            logging { type = "console"; level = "info"; }
            worker "normal" { bind_socket = "127.0.0.1:%2$d"; count = 1; }
            lua = "%1$s/rules.lua";
            actions { reject = 15; add_header = 6; greylist = 4; }
            milter_headers { extended_spam_headers = true; skip_local = false; use = ["x-spamd-bar"]; }
            modules { path = "${PLUGINSDIR}/milter_headers.lua"; }
            regexp { }
            """.formatted(home, port), US_ASCII);
        Files.writeString(home.resolve("suffixes"), "com\norg\n", US_ASCII);
        Path share = Program.UNPACKED.resolve("usr/share/rspamd");
        start(
                "rspamd",
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
                List.of(
                        "-f",
                        "-i",
                        "-c",
                        conf.toString(),
                        "--var=SHAREDIR=" + share,
                        "--var=LUALIBDIR=" + share.resolve("lualib"),
                        "--var=PLUGINSDIR=" + share.resolve("plugins"),
                        "--var=RULESDIR=" + share.resolve("rules"),
                        "--var=CONFDIR=" + home,
                        "--var=LOCAL_CONFDIR=" + home,
                        "--var=DBDIR=" + home,
                        "--var=RUNDIR=" + home,
                        "--var=LOGDIR=" + home));
        return "http://127.0.0.1:" + port;
    }

    /** clamav-milter on a Unix socket, and behind it a clamd that knows the EICAR test string and nothing else. */
    public String clamav() throws Exception {
        Path home = Files.createDirectory(directory.resolve("clamav"));
        Path signatures = Files.createDirectory(home.resolve("db"));
        Files.writeString(
                signatures.resolve("test.ndb"),
                "Eicar-Test:0:*:" + HexFormat.of().formatHex(EICAR.getBytes(US_ASCII)) + "\n",
                US_ASCII);
        Path clamd = home.resolve("clamd.sock");
        Path conf = Files.writeString(
                home.resolve("clamd.conf"),
                """
                Foreground yes
                LocalSocket %s
                DatabaseDirectory %s
                TemporaryDirectory %s
                User %s
                """.formatted(clamd, signatures, home, System.getProperty("user.name")),
                US_ASCII);
        start("clamd", UnixDomainSocketAddress.of(clamd), List.of("-c", conf.toString()));
        Path milter = home.resolve("milter.sock");
        Path milterConf = Files.writeString(
                home.resolve("milter.conf"),
                """
                Foreground yes
                MilterSocket unix:%s
                ClamdSocket unix:%s
                OnInfected Reject
                RejectMsg virus found: %%v
                AddHeader Add
                TemporaryDirectory %s
                User %s
                """.formatted(milter, clamd, home, System.getProperty("user.name")),
                US_ASCII);
        start("clamav-milter", UnixDomainSocketAddress.of(milter), List.of("-c", milterConf.toString()));
        return "unix:" + milter;
    }

    /** Two of OpenDKIM: one that signs for example.org, and one that refuses signatures of it that do not hold. */
    record OpenDkim(String signs, String verifies) {}

    OpenDkim openDkim() throws Exception {
        Path home = Files.createDirectory(directory.resolve("opendkim"));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        Path key = Files.writeString(
                home.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n",
                US_ASCII);
        Path keys = Files.writeString(
                home.resolve("keys"),
                "k1._domainkey.example.org v=DKIM1; k=rsa; p="
                        + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()) + "\n",
                US_ASCII);
        return new OpenDkim(openDkim(home, "sign", """
            Mode s
            Domain example.org
            Selector k1
            KeyFile %s
            RequireSafeKeys no
            InternalHosts 192.0.2.10
            """.formatted(key)), openDkim(home, "verify", """
                Mode v
                TestPublicKeys %s
                AuthservID mx.example.com
                AlwaysAddARHeader yes
                On-BadSignature reject
                """.formatted(keys)));
    }

    private String openDkim(Path home, String name, String mode) throws Exception {
        int port = freePort();
        Path conf = Files.writeString(
                home.resolve(name + ".conf"), """
                    Socket inet:%d@127.0.0.1
                    Background no
                    UserID %s
                    %s\
                    """.formatted(port, System.getProperty("user.name"), mode), US_ASCII);
        start(
                "opendkim",
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
                List.of("-f", "-x", conf.toString()));
        return "inet:127.0.0.1:" + port;
    }

    private void start(String program, SocketAddress address, List<String> arguments) throws Exception {
        Path log = Files.createTempFile(directory, program, ".log");
        var command = new ArrayList<String>();
        // Its own libraries lie beside it.
        command.add("LD_LIBRARY_PATH=" + Program.UNPACKED.resolve("usr/lib/rspamd"));
        command.add(Program.named(program).file().toString());
        command.addAll(arguments);
        Process process = Program.named("env").start(directory, log, command.toArray(String[]::new));
        processes.add(process);
        // Whoever ends the tests early ends it too.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!listens(address)) {
            if (!process.isAlive() || end - System.nanoTime() < 0) {
                throw new IOException(program + " does not listen; it said: " + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static boolean listens(SocketAddress address) throws IOException {
        try (SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open()) {
            return channel.connect(address);
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return free.getLocalPort();
        }
    }

    @Override
    public void close() {
        for (Process process : processes.reversed()) {
            process.destroy();
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
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
