package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.postern.spool.Damaged;
import org.postern.spool.Inspection;
import org.postern.spool.Repaired;
import org.postern.spool.SpoolCheck;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpoolRepair;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code postern spool}: is all that was accepted still there, and what can be saved when it isn't? For when no server runs. And the
 * messages as files, and back.
 */
@Command(
        name = "spool",
        description = "Check the store of accepted messages, repair it, or move what it holds.",
        mixinStandardHelpOptions = true,
        subcommands = {SpoolExportCommand.class, SpoolImportCommand.class},
        footer = {"", "All but export need the server to be stopped."})
final class SpoolCommand {
    private static final int FINE = 0;
    private static final int NOT_FINE = 1;
    private static final int LATER = 75;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets spec
    SpoolCommand() {}

    @Command(
            name = "check",
            description = "Read every octet of the spool, and say what is damaged. Changes nothing in it.",
            mixinStandardHelpOptions = true)
    int check(
            @Mixin ConfigOption option,
            @Option(names = "--json", description = "Say it as a JSON object.") boolean json)
            throws Unusable, IOException {
        Path directory = directory(option);
        Inspection found;
        try {
            found = SpoolCheck.check(directory);
        } catch (SpoolProblem problem) {
            return refuse(problem);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> said = said(directory, found);
            said.put("fine", found.isFine());
            out.println(JsonMapper.shared().writeValueAsString(said));
        } else {
            out.println(directory + ": " + (found.isFine() ? "fine" : "damaged"));
            describe(out, found, "whole");
            if (!found.isFine()) {
                out.println("To save what can be saved: postern spool repair" + option.again());
            }
        }
        return found.isFine() ? FINE : NOT_FINE;
    }

    @Command(
            name = "repair",
            description = "Save what can be saved of a damaged spool, and name all that is lost.",
            mixinStandardHelpOptions = true)
    int repair(
            @Mixin ConfigOption option,
            @Option(names = "--json", description = "Say it as a JSON object.") boolean json)
            throws Unusable, IOException {
        Path directory = directory(option);
        Repaired repaired;
        try {
            repaired = SpoolRepair.repair(directory, Clock.systemUTC());
        } catch (SpoolProblem problem) {
            return refuse(problem);
        }
        boolean anyLost = repaired.found().damaged().stream().anyMatch(Damaged::isLost);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> said = said(directory, repaired.found());
            repaired.kept().ifPresent(kept -> said.put("kept", kept.toString()));
            repaired.report().ifPresent(report -> said.put("report", report.toString()));
            said.put(
                    "contents", repaired.contents().stream().map(Path::toString).toList());
            out.println(JsonMapper.shared().writeValueAsString(said));
        } else {
            describe(out, directory, repaired, option);
        }
        return anyLost ? NOT_FINE : FINE;
    }

    private static void describe(PrintWriter out, Path directory, Repaired repaired, ConfigOption option) {
        if (repaired.kept().isEmpty()) {
            out.println(directory + ": fine, there is nothing to repair");
            describe(out, repaired.found(), "whole");
            return;
        }
        out.println(directory + ": repaired");
        describe(out, repaired.found(), "saved");
        repaired.contents().forEach(file -> out.println("  content   " + file + ": what could be read"));
        out.println("  report    " + repaired.report().orElseThrow());
        out.println("  damaged   " + repaired.kept().orElseThrow() + ": remove it when you need it no more");
        out.println("Start the server again: postern serve" + option.again());
    }

    private static void describe(PrintWriter out, Inspection found, String how) {
        out.println("  messages  " + found.messages() + " " + how + ", " + found.held() + " of them held, "
                + found.octets() + " octets");
        if (found.unfinished() > 0) {
            out.println("  beside    " + found.unfinished() + " that never came whole, and were never confirmed");
        }
        found.faults().forEach(fault -> out.println("  fault     " + Harmless.text(fault)));
        for (Damaged damaged : found.damaged()) {
            out.println((damaged.isLost() ? "  lost      " : "  doubtful  ") + damaged.id() + " " + label(damaged)
                    + ": " + damaged.how());
        }
    }

    private static String label(Damaged damaged) {
        return damaged.label().isEmpty() ? "from and to nobody knows" : Harmless.text(damaged.label());
    }

    private static Map<String, Object> said(Path directory, Inspection found) {
        var said = new LinkedHashMap<String, Object>();
        said.put("spool", directory.toString());
        said.put("messages", found.messages());
        said.put("held", found.held());
        said.put("octets", found.octets());
        said.put("unfinished", found.unfinished());
        said.put("faults", found.faults());
        said.put("damaged", found.damaged().stream().map(SpoolCommand::said).toList());
        return said;
    }

    private static Map<String, Object> said(Damaged damaged) {
        var said = new LinkedHashMap<String, Object>();
        said.put("id", damaged.id().toString());
        said.put("envelope", damaged.label());
        said.put("part", damaged.part().name().toLowerCase(Locale.ROOT));
        said.put("lost", damaged.isLost());
        said.put("how", damaged.how());
        return said;
    }

    private int refuse(SpoolProblem problem) throws Unusable {
        switch (problem.kind()) {
            case DAMAGED, TOO_NEW -> throw new Unusable(String.valueOf(problem.getMessage()));
            case IN_USE, FULL, STOPPED -> {
                String advice = problem.kind() == SpoolProblem.Kind.IN_USE ? "; stop it, then ask again" : "";
                spec.commandLine().getErr().println("postern: " + problem.getMessage() + advice);
                return LATER;
            }
        }
        throw new AssertionError(problem.kind());
    }

    private static Path directory(ConfigOption option) throws Unusable {
        return option.valid().config().data().resolve("spool");
    }
}
