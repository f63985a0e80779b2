package org.postern.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** Whether the program takes a command as a document writes it, with names such as ID or FILE in the place of what they stand for. */
final class TypedWords {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z:]{2,}|\\.\\.\\.");
    private static final String SOME_ID = "m-1M88T3BE05DD9";
    private static final Map<String, String> EXAMPLES = Map.of(
            "ID", SOME_ID,
            "...", SOME_ID,
            "IP", "192.0.2.10",
            "ADDRESS", "192.0.2.10",
            "HOST:PORT", "127.0.0.1:25");

    private TypedWords() {}

    /** Whether it can be typed as it is: all that it needs is there, and nothing of it only stands for something. */
    static boolean isComplete(String command) {
        List<String> words = words(command);
        if (command.contains(" [")
                || words.stream().anyMatch(word -> PLACEHOLDER.matcher(word).matches())) {
            return false;
        }
        return switch (words.removeFirst()) {
            case "swaks" -> words.contains("--server");
            case "mvn" -> true;
            default -> isTaken(words);
        };
    }

    /** Whether it is no more than a name of a command. */
    static boolean isName(String command) {
        List<String> words = words(command);
        words.removeFirst();
        return words.stream().noneMatch(word -> word.startsWith("-")) && isName(Main.commandLine(), words);
    }

    private static boolean isTaken(List<String> words) {
        try {
            Main.commandLine().parseArgs(words.toArray(String[]::new));
            return true;
        } catch (ParameterException wrong) {
            return false;
        }
    }

    /** Why the program does not take it; empty when it does. A command that is only named needs nothing behind its name. */
    static Optional<String> refusal(String command) {
        List<String> words = words(command);
        words.replaceAll(word -> EXAMPLES.getOrDefault(word, word));
        String program = words.removeFirst();
        String[] arguments = words.toArray(String[]::new);
        if (program.equals("swaks") || program.equals("mvn")) {
            return Optional.empty();
        }
        if (program.equals("sendmail")) {
            try {
                SendmailOptions.parse(program, arguments);
                return Optional.empty();
            } catch (SendmailOptions.Wrong wrong) {
                return Optional.of(String.valueOf(wrong.getMessage()));
            }
        }
        CommandLine line = Main.commandLine();
        try {
            line.parseArgs(arguments);
            return Optional.empty();
        } catch (MissingParameterException missing) {
            return isName(line, words) ? Optional.empty() : Optional.of(String.valueOf(missing.getMessage()));
        } catch (ParameterException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }

    /** The same, with options that it has. */
    private static boolean isName(CommandLine line, List<String> words) {
        CommandLine at = line;
        for (String word : words) {
            Optional<CommandLine> under =
                    Optional.ofNullable(at.getSubcommands().get(word));
            if (under.isEmpty() && at.getCommandSpec().findOption(word) == null) {
                return false;
            }
            at = under.orElse(at);
        }
        return true;
    }

    private static List<String> words(String command) {
        var words = new ArrayList<String>();
        // Behind a gap stands prose; what is not needed stands in brackets.
        Matcher word = WORD.matcher(command.split(" {2,}| # | \\| | > ", 2)[0].replaceAll("\\[(.*?)]", "$1"));
        while (word.find()) {
            String bare = Optional.ofNullable(word.group(1))
                    .or(() -> Optional.ofNullable(word.group(2)))
                    .orElse(word.group(3));
            words.add(bare.endsWith("...") && bare.length() > 3 ? bare.substring(0, bare.length() - 3) : bare);
        }
        return words;
    }
}
