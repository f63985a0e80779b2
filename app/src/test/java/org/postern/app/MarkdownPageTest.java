package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** package/check has the pages read by groff, which knows more of its language. */
class MarkdownPageTest {
    private static String page(String markdown) {
        var page = new Roff("x", 5, "1", "y");
        MarkdownPage.write(markdown.lines().toList(), page);
        String all = page.toString();
        return all.substring(all.indexOf("x \\- y\n") + 7);
    }

    @Test
    void tableIsAListOfWords() {
        assertThat(page("""
            | key | takes | default |
            | --- | --- | --- |
            | `a.b` | `"x"` or [more](y.md); a \\| b | none |
            | `c` | d | |
            """)).isEqualTo("""
                .TP
                \\fBa.b\\fR
                \\fB\\(dqx\\(dq\\fR or more; a \\e| b. default: none
                .TP
                \\fBc\\fR
                d
                """);
    }

    @Test
    void linesOfAParagraphGoOn() {
        assertThat(page("## Of *this*\n\na\nb\n\n- c\n  d\n\n1. e\n"))
                .isEqualTo(".SH \"Of \\fIthis\\fR\"\n.PP\na b\n.TP\n•\nc d\n.TP\n1.\ne\n");
    }

    @Test
    void codeStaysAsItIs() {
        assertThat(page("```toml\n# a\n.b = \"\\n\"\n```\n\n    c -d\n"))
                .isEqualTo(
                        ".PP\n.RS 4\n.nf\n# a\n\\&.b = \\(dq\\en\\(dq\n.fi\n.RE\n.PP\n.RS 4\n.nf\nc \\-d\n.fi\n.RE\n");
    }

    @Test
    void aLineThatLooksLikeARequestIsText() {
        assertThat(page(".SH is none\n\n'x'\n")).isEqualTo(".PP\n\\&.SH is none\n.PP\n\\&'x'\n");
    }

    @Test
    void aSectionIsFoundByItsHeading() {
        List<String> lines = List.of("# t", "## a", "x", "### y", "## b", "z");
        assertThat(MarkdownPage.under("## a", lines)).containsExactly("x", "### y");
        assertThatThrownBy(() -> MarkdownPage.under("## c", lines)).hasMessage("there is no \"## c\"");
    }

    @Test
    void pagesAndCompletionsKnowEveryCommand(@TempDir Path directory) throws Exception {
        assertThat(Main.commandLine().execute("manual", directory.toString(), "../docs"))
                .isZero();

        for (String command : Main.commandLine().getSubcommands().keySet()) {
            boolean hidden = command.equals("manual") || command.equals("rehearse");
            for (String file : List.of("postern.1", "postern.fish")) {
                String text = Files.readString(directory.resolve(file)).replace("\\-", "-");
                assertThat(text.contains("postern " + command) || text.contains(" -a " + command + " "))
                        .as(command + " in " + file)
                        .isEqualTo(!hidden);
            }
        }
        assertThat(directory.resolve("postern.toml.5")).content().contains("\\fBlisten.address\\fR");
        assertThat(directory.resolve("sendmail.1")).content().contains("\\fB\\-bp\\fR");
    }
}
