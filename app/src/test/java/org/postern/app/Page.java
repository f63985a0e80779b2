package org.postern.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A page of the documents, by its name from the top of the checkout: what it shows to be typed, and what is said to that. */
record Page(String name, List<String> lines) {
    static final Path TOP = Path.of("..");
    private static final String PROMPT = "$ ";
    private static final Pattern OURS = Pattern.compile("(?:(?:\\./)?postern|sendmail|swaks|mvn) .+");
    private static final Pattern INLINE = Pattern.compile("`([^`]+)`");

    /**
     * A command, with what is shown below it; nothing, where none of that is shown.
     *
     * @param line of the page, from 1
     */
    record Step(String page, int line, String command, List<String> shown) {
        @Override
        public String toString() {
            return page + ":" + line + ": " + command;
        }
    }

    /** Lines of code, without the indentation that all of them have; the first is the {@code from}th of the page, from 1. */
    private record Block(int from, List<String> lines) {}

    /** README.md and docs/*.md. */
    static List<Page> all() {
        try (Stream<Path> docs = Files.list(TOP.resolve("docs"))) {
            return Stream.concat(
                            Stream.of("README.md"),
                            docs.map(file -> "docs/" + file.getFileName())
                                    .filter(name -> name.endsWith(".md"))
                                    .sorted())
                    .map(Page::named)
                    .toList();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    static Page named(String name) {
        try {
            return new Page(name, Files.readAllLines(TOP.resolve(name)));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    /**
     * The commands that can be typed as they are, from top to bottom: those at prompts, and those of ours that are complete, alone on a line
     * of code or as code within a sentence.
     */
    List<Step> steps() {
        return Stream.concat(
                        blocks().stream().flatMap(block -> steps(block).stream()),
                        inline().filter(step ->
                                TypedWords.isComplete(step.command()) && !TypedWords.isName(step.command())))
                .sorted(Comparator.comparingInt(Step::line))
                .toList();
    }

    private List<Step> steps(Block block) {
        boolean isSession = block.lines().stream().anyMatch(line -> line.startsWith(PROMPT));
        return isSession
                ? session(block)
                : lines(block)
                        .filter(step -> TypedWords.isComplete(step.command()))
                        .toList();
    }

    private List<Step> session(Block block) {
        var steps = new ArrayList<Step>();
        int at = 0;
        while (at < block.lines().size()) {
            if (!block.lines().get(at).startsWith(PROMPT)) {
                at++;
                continue;
            }
            int line = block.from() + at;
            var command = new StringBuilder(block.lines().get(at++).substring(PROMPT.length()));
            while (command.toString().endsWith("\\") && at < block.lines().size()) {
                command.append('\n').append(block.lines().get(at++));
            }
            var shown = new ArrayList<String>();
            while (at < block.lines().size() && !block.lines().get(at).startsWith(PROMPT)) {
                shown.add(block.lines().get(at++));
            }
            while (!shown.isEmpty() && shown.getLast().isBlank()) {
                shown.removeLast();
            }
            steps.add(new Step(name, line, command.toString(), List.copyOf(shown)));
        }
        return steps;
    }

    /** Commands of ours, wherever they stand and whether they are complete or not. */
    List<Step> commands() {
        return Stream.concat(blocks().stream().flatMap(this::lines), inline()).toList();
    }

    private Stream<Step> lines(Block block) {
        return IntStream.range(0, block.lines().size()).boxed().flatMap(i -> {
            String line = block.lines().get(i).strip();
            return ours(block.from() + i, line.startsWith(PROMPT) ? line.substring(PROMPT.length()) : line);
        });
    }

    private Stream<Step> inline() {
        var prose = new ArrayList<>(lines);
        for (Block block : blocks()) {
            for (int i = 0; i < block.lines().size(); i++) {
                prose.set(block.from() - 1 + i, "");
            }
        }
        String text = String.join("\n", prose).replace("```", "");
        return INLINE.matcher(text).results().flatMap(code -> {
            int line = 1
                    + (int) text.substring(0, code.start())
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            return ours(line, code.group(1).replace('\n', ' '));
        });
    }

    private Stream<Step> ours(int line, String command) {
        return OURS.matcher(command).matches() ? Stream.of(new Step(name, line, command, List.of())) : Stream.empty();
    }

    /** The first block of code that begins so. */
    String code(String beginning) {
        return blocks().stream()
                .map(block -> String.join("\n", block.lines()) + "\n")
                .filter(code -> code.startsWith(beginning))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " shows nothing that begins with " + beginning));
    }

    // --- code
    // ------------------------------------------------------------------------------------------------------------------

    private List<Block> blocks() {
        var blocks = new ArrayList<Block>();
        int at = 0;
        while (at < lines.size()) {
            String line = lines.get(at);
            int end;
            if (line.strip().startsWith("```")) {
                end = at + 1;
                while (!lines.get(end).strip().equals("```")) {
                    end++;
                }
                blocks.add(block(at + 1, end, line.indexOf('`')));
                end++;
            } else if (isIndented(at) && (at == 0 || lines.get(at - 1).isBlank())) {
                end = at;
                while (end < lines.size() && (isIndented(end) || lines.get(end).isBlank())) {
                    end++;
                }
                blocks.add(block(at, end, 4));
            } else {
                end = at + 1;
            }
            at = end;
        }
        return blocks;
    }

    private boolean isIndented(int at) {
        return lines.get(at).startsWith("    ") && !lines.get(at).isBlank();
    }

    private Block block(int from, int end, int indentation) {
        return new Block(
                from + 1,
                lines.subList(from, end).stream()
                        .map(line -> line.substring(Math.min(indentation, line.length())))
                        .collect(Collectors.toList()));
    }
}
