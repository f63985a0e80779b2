package org.postern.app;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import org.postern.begin.DnsLook;
import org.postern.begin.OwnAddress;
import org.postern.begin.Standing;
import org.postern.smtp.AddressLiteral;

/** What {@code postern init} says to a person: short, aligned, and with what to do next at its end. */
record InitText(Paint paint, PrintWriter out) {
    private static final String GREEN = "32";
    private static final String RED = "31";
    private static final String YELLOW = "33";

    void print(InitReport report) {
        assumed(report.assumed());
        report.done().forEach(clause -> out.println(Harmless.text(clause)));
        report.undone().forEach(clause -> out.println(paint.coloured(Harmless.text(clause), RED)));
        report.remarks().forEach(remark -> out.println("note: " + Harmless.text(remark)));
        standings(report);
        toPublish(report.look());
        next(report);
    }

    private void assumed(List<Asking.Assumed> assumed) {
        if (assumed.isEmpty()) {
            return;
        }
        out.println("Taken, for nothing else was said:");
        int width =
                assumed.stream().mapToInt(one -> one.option().length()).max().orElse(1);
        assumed.forEach(one -> out.println("  " + padded(one.option(), width) + "  " + Harmless.text(one.value())));
        out.println();
    }

    private void standings(InitReport report) {
        List<Standing> standings = report.look().standings();
        if (standings.isEmpty()) {
            return;
        }
        out.println("\nWhat DNS has, by "
                + report.servers().stream()
                        .map(server -> AddressLiteral.text(server.getAddress()) + ":" + server.getPort())
                        .collect(Collectors.joining(", "))
                + ":\n");
        int width =
                standings.stream().mapToInt(one -> one.name().length()).max().orElse(1);
        for (Standing one : standings) {
            out.println("  " + paint.coloured(padded(one.state().word(), 7), colour(one.state())) + "  "
                    + padded(one.kind().name(), 5) + "  " + padded(one.name(), width) + "  "
                    + Harmless.text(one.found()));
            if (!one.note().isEmpty()) {
                out.println("                  " + Harmless.text(one.note()));
            }
        }
        String all = report.look().addresses().stream()
                .filter(one -> one.source() != OwnAddress.Source.SAID)
                .map(OwnAddress::toString)
                .collect(Collectors.joining(", "));
        if (!all.isEmpty()) {
            out.println("\n  This host is known to the world by " + all + "; say another address with --address.");
        }
    }

    private static String colour(Standing.State state) {
        return switch (state) {
            case RIGHT -> GREEN;
            case MISSING -> RED;
            case OTHER, UNKNOWN -> YELLOW;
        };
    }

    private void toPublish(DnsLook look) {
        lines("To publish, as a zone file has it:", look.toPublish(false));
        lines(
                "To ask of whoever gave you the address, who alone can publish it (\"reverse DNS\" at a provider):",
                look.toPublish(true));
    }

    private void lines(String head, List<String> lines) {
        if (!lines.isEmpty()) {
            out.println("\n" + head + "\n");
            // At the margin: in a zone file a line that begins with a space has the name of the one before.
            lines.forEach(out::println);
        }
    }

    private void next(InitReport report) {
        if (report.look().isRight() && !report.look().standings().isEmpty()) {
            out.println("\nDNS has all of it.");
        }
        out.println("\nNext:");
        if (!report.undone().isEmpty()) {
            out.println("  see to what could not be written, and call this again");
        }
        out.println("  postern config check" + report.again() + "\n  postern serve" + report.again());
        if (!report.look().isRight()) {
            out.println("  postern init" + report.again() + addresses(report.look())
                    + "   looks at DNS again, once the records are published");
        }
    }

    private static String addresses(DnsLook look) {
        return look.addresses().stream()
                .filter(one -> one.source() == OwnAddress.Source.SAID)
                .map(one -> " --address " + one)
                .collect(Collectors.joining());
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
