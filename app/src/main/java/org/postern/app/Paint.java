package org.postern.app;

import picocli.CommandLine.Help.Ansi;

/** Colours, where the output is a terminal that has them. */
record Paint(Ansi ansi) {
    String bold(String text) {
        return coloured(text, "1");
    }

    /** @param code of ECMA-48's SGR, as {@code 31} for red */
    String coloured(String text, String code) {
        return ansi.enabled() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
