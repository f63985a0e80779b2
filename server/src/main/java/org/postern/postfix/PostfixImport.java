package org.postern.postfix;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.smtp.Domain;

/**
 * Reads a configuration of Postfix and writes the one of ours that does the same. What has no counterpart becomes a remark that names file
 * and line; nothing is left out in silence.
 *
 * @param toml the configuration, which our reader takes
 * @param remarks how many remarks stand in it
 */
public record PostfixImport(String toml, int remarks) {

    /**
     * The machine that the configuration is for.
     *
     * @param postconf Postfix's own reader; without it we read main.cf ourselves
     * @param passwd its users, passwd(5)
     * @param hostname by which Postfix would call it
     */
    public record Machine(Optional<Postconf> postconf, Path passwd, String hostname) {}

    /**
     * Imports the directory {@code named}. Reads nothing but main.cf, master.cf, and the tables and lists that they name.
     *
     * @param target the directory that the configuration is for
     * @throws Unreadable when it can't be read; the message says why
     */
    public static PostfixImport of(Path named, Machine machine, Path target) throws Unreadable {
        if (!Files.isDirectory(named)) {
            throw new Unreadable("there is no directory " + named + ": name the one that has main.cf, as /etc/postfix");
        }
        // Tables are named by it, and Postfix takes whole paths only.
        Path directory = named.toAbsolutePath().normalize();
        Map<String, Setting> written = Setting.all(Line.read(directory.resolve("main.cf")));
        List<Service> services = services(directory);
        Map<String, String> expanded = new HashMap<>();
        if (machine.postconf().isPresent()) {
            expanded.putAll(machine.postconf().get().expanded(directory));
        }
        var main = new Settings(written, expanded, Defaults.of(written, directory, machine.hostname()));
        Settings settings = Listeners.forStrangers(services).map(main::with).orElse(main);
        var draft = new Draft();
        if (!Files.exists(directory.resolve("master.cf"))) {
            draft.remark("master.cf", "is not there", "a listener on port 25 was taken, as Postfix has it by default");
        }
        var source = new Source(settings, services, new Tables(draft, machine.passwd()), draft);
        write(source, main);
        String toml = draft.finished(header(directory, machine), target);
        return new PostfixImport(toml, draft.remarks());
    }

    private static List<Service> services(Path directory) throws Unreadable {
        Path master = directory.resolve("master.cf");
        return Files.exists(master)
                ? Service.all(Line.read(master))
                : List.of(new Service("smtp", "inet", "smtpd", Map.of(), "master.cf"));
    }

    private static void write(Source source, Settings main) throws Unreadable {
        Draft.Part root = source.draft().root();
        String hostname = main.value("myhostname");
        Optional<Domain> name = Source.domain(hostname).filter(Domain::isHostName);
        if (name.isPresent()) {
            root.text("hostname", name.get().name());
        }
        if (name.isEmpty() || !main.isWritten("myhostname")) {
            source.remark(
                    "myhostname",
                    name.isEmpty()
                            ? "is no host name: write hostname = \"...\", which others find in DNS"
                            : "is not in main.cf: hostname is what this machine calls itself; see whether others find"
                                    + " it in DNS");
        }
        root.text("data", "/var/lib/postern");
        new Listeners(source).write();
        var transports = new Transports(source);
        var domains = new Domains(source, transports);
        domains.write();
        new AliasNames(source, domains).write();
        transports.write();
        new Restrictions(source).write();
        new Quantities(source).write();
        new Leftovers(source).write(main);
    }

    private static List<String> header(Path directory, Machine machine) {
        var header = new ArrayList<String>();
        header.add("Made by postern import-postfix from " + directory + ", read "
                + (machine.postconf().isPresent() ? "by postconf -x." : "without postconf."));
        header.add("A remark stands for each line that has no counterpart: file:line, what it says, what to do. Then:"
                + " postern config check --config FILE");
        return header;
    }
}
