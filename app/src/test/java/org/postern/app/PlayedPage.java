package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page whose commands are typed, one after the other, on a host of their own: what is said to each is what the page shows. What the page
 * takes for granted (a configuration, mail, DNS) is prepared in between.
 */
final class PlayedPage implements AutoCloseable {
    /** The addresses of all who come, and a Postfix to move from. */
    private static final Path HOST = Path.of("src/test/resources/postfix/backup-mx");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ID = Pattern.compile("\\b[ms]-[0-9A-Z]{13,17}\\b");
    private static final String READY = "  settings  ";
    private static final String SERVER = "/var/tmp/server";
    private static final String CONFIGURATION = "/etc/postern/postern.toml";

    private final Path directory;
    private final World world;
    private final Page page;
    private final Deque<Page.Step> steps;
    private final Shown shown = new Shown();
    private String place = "/home/ann/postern";
    private String said = "";
    private int servers;
    private int serial = 1;

    /**
     * Makes the host.
     *
     * @param directory an empty one
     */
    PlayedPage(Page page, Path directory) throws Exception {
        this.page = page;
        this.directory = directory;
        steps = new ArrayDeque<>(
                page.steps().stream().filter(step -> !Elsewhere.runs(step)).toList());
        world = new World(HOST, Files.createDirectory(directory.resolve("world")));
        boolean made = false;
        try {
            world.run("mkdir", "-p", "/home/ann/bin", place);
            world.write(
                    "/home/ann/bin/postern", "#!/bin/sh\nexec '" + String.join("' '", World.postern()) + "' \"$@\"\n");
            world.run("chmod", "755", "/home/ann/bin/postern");
            world.run("ln", "-s", "/home/ann/bin/postern", place + "/postern");
            world.run("hostname", "vm");
            made = true;
        } finally {
            if (!made) {
                world.close();
            }
        }
    }

    // --- what the page takes for granted
    // ----------------------------------------------------------------------------------------

    World world() {
        return world;
    }

    /** The first code of the page that begins so. */
    String shows(String beginning) {
        return page.code(beginning);
    }

    /** Where commands are typed from now on; /home/ann/postern at first. */
    void goTo(String directory) throws Exception {
        world.run("mkdir", "-p", directory);
        place = directory;
    }

    /** Writes /etc/postern/postern.toml. */
    void configure(String toml) throws Exception {
        world.write(CONFIGURATION, toml);
    }

    /** Has DNS say this, and nothing that it said before. */
    void names(String zone) throws Exception {
        serial++;
        String all = ". 3600 SOA ns.test. root.test. " + serial + " 3600 600 86400 60\n. 3600 NS ns.test.\n"
                + "ns.test. 3600 A 127.0.0.1\n$TTL 3600\n" + zone;
        String names = directory.resolve("world/names").toString();
        world.write(names + "/names.zone", all);
        world.run("sh", "-c", "kill -HUP $(cat " + names + "/pid)");
        RealServer.eventually(() -> world.run("drill", "SOA", ".", "@127.0.0.1").contains(" " + serial + " 3600 600 "));
    }

    /** A directory for what is made outside, and taken in by {@link #takeIn}. */
    Path outside(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    /** Copies a directory from outside to its place. */
    void takeIn(Path from, String to) throws Exception {
        world.run("sh", "-c", "rm -rf \"$2\" && mkdir -p \"$2\" && cp -a \"$1\"/. \"$2\"", "sh", from.toString(), to);
    }

    /** Starts something that goes on. */
    void starts(String command) throws IOException {
        world.start(directory.resolve("other"), shell(command));
    }

    /** Starts {@code postern serve}, in /. */
    void serve() throws Exception {
        start("cd /; exec postern serve", READY);
    }

    /** The same where commands are typed. */
    void serveHere() throws Exception {
        start("cd " + place + "; exec postern serve", READY);
    }

    /** What the server has said. */
    String log() throws IOException {
        return Files.readString(output());
    }

    private Path output() {
        return directory.resolve("server" + servers);
    }

    private void start(String command, String until) throws Exception {
        servers++;
        Files.createFile(output());
        Process process = world.start(output(), shell("echo $$ > " + SERVER + "; " + command));
        RealServer.eventually(() -> !process.isAlive() || log().contains(until));
        assertThat(process.isAlive()).as(log()).isTrue();
    }

    /** Ends the server. */
    void stop() throws Exception {
        world.run("sh", "-c", "kill -TERM $(cat " + SERVER + ")");
        RealServer.eventually(() -> world.run("sh", "-c", "kill -0 $(cat " + SERVER + ") 2>/dev/null || echo gone")
                .contains("gone"));
    }

    /** Runs a command that the page does not show; what it says, however it ends. */
    String says(String command) throws Exception {
        return world.outcome(shell("cd " + place + "; " + command)).output();
    }

    /** The same, until it says that. */
    String saysInTheEnd(String command, String part) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        String said = says(command);
        while (!said.contains(part)) {
            assertThat(Instant.now()).as(command + " says: " + said).isBefore(deadline);
            said = says(command);
        }
        return said;
    }

    /**
     * Somebody brings a message.
     *
     * @param client an address of his
     * @param message with lines that end with {@code \n}, in which {@code '} is not
     * @return the last id that he was told: the message's when it was taken, else the session's
     */
    String brings(String client, String name, String from, String to, String message) throws Exception {
        String said = says("swaks --server 127.0.0.1:25 --local-interface " + client + " --helo '" + name + "' --from '"
                + from + "' --to '" + to + "' --data '" + message.replace("\n", "\\n") + "'");
        Matcher id = ID.matcher(said);
        String last = "";
        while (id.find()) {
            last = id.group();
        }
        assertThat(last).as(said).isNotEmpty();
        return last;
    }

    // --- what the page shows
    // -----------------------------------------------------------------------------------------------------

    /** What the first unknown id of the next command stands for. */
    void about(String id) {
        shown.remember(steps.getFirst().command(), id);
    }

    /** Types the next command, which ends with 0. */
    void next() throws Exception {
        next(0);
    }

    /** Types the next command, which ends with that. */
    void next(int exit) throws Exception {
        Page.Step step = steps.pop();
        Program.Outcome outcome = type(step);
        assertThat(outcome.exit()).as(step + "\n" + outcome.output()).isEqualTo(exit);
        hold(step, outcome.output());
    }

    /** Types the next command, until it says what is shown: something that goes on by itself has to happen first. */
    void nextInTheEnd(int exit) throws Exception {
        Page.Step step = steps.pop();
        Instant deadline = Instant.now().plus(PATIENCE);
        Program.Outcome outcome = type(step);
        while (shown.difference(step.shown(), outcome.output()).isPresent()
                && Instant.now().isBefore(deadline)) {
            outcome = type(step);
        }
        hold(step, outcome.output());
        assertThat(outcome.exit()).as(step.toString()).isEqualTo(exit);
    }

    /** Types the next command, which is a server and goes on. */
    void nextServes() throws Exception {
        Page.Step step = steps.pop();
        start(
                "cd " + place + "; exec " + step.command(),
                step.shown().isEmpty() ? READY : step.shown().getLast().strip());
        hold(step, log());
    }

    /** Types the next command, which follows what happens; lets it happen until it has said that. */
    void nextFollows(Callable<?> happens, String until) throws Exception {
        Page.Step step = steps.pop();
        Path output = directory.resolve("followed" + steps.size());
        world.start(output, shell("cd " + place + "; exec " + step.command()));
        RealServer.eventually(() -> {
            happens.call();
            return Files.readString(output).contains(until);
        });
    }

    /** Types all commands that are left. */
    void rest() throws Exception {
        while (!steps.isEmpty()) {
            next();
        }
    }

    /** What was said to the last command of the page. */
    String said() {
        return said;
    }

    /** Fails when a command is left that was not typed. */
    void ended() {
        assertThat(steps)
                .as("commands that the page shows and nobody has typed")
                .isEmpty();
    }

    private Program.Outcome type(Page.Step step) throws Exception {
        return world.outcome(shell("cd " + place + "; " + shown.meant(step.command())));
    }

    private void hold(Page.Step step, String output) {
        said = output;
        Optional<String> difference = shown.difference(step.shown(), output);
        assertThat(difference)
                .as(step + "\nshows\n" + String.join("\n", step.shown()) + "\nbut it says\n" + said)
                .isEmpty();
    }

    private static String[] shell(String script) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "-i",
                "PATH=/home/ann/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME=/root",
                "LC_ALL=C.UTF-8",
                "TZ=UTC"));
        command.addAll(List.of("bash", "-c", script));
        return command.toArray(String[]::new);
    }

    @Override
    public void close() {
        world.close();
    }
}
