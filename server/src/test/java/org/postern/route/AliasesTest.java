package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.route.Aliases.Expansion;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

/** Names that stand for others. */
class AliasesTest {
    private static final Domain OWN = new Domain("example.com");

    @TempDir
    private Path directory;

    private Aliases aliases(String file) throws IOException {
        Path path = Files.writeString(directory.resolve("aliases"), file);
        return new Aliases(Map.of(), List.of(path), OWN, 1_000, Duration.ZERO);
    }

    private static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow();
    }

    private static Optional<Expansion> to(String... targets) {
        return Optional.of(new Expansion.To(
                List.of(targets).stream().map(AliasesTest::mailbox).toList()));
    }

    private static Optional<Expansion> expand(Aliases aliases, String name) {
        return aliases.expand(mailbox(name));
    }

    @Test
    void nameLeadsToItsTargets() throws IOException {
        Aliases aliases = aliases("""
            # remarks and empty lines say nothing

            Sales:  ann, bob@example.org,
                    "c, d"@example.org
            sales@any.example: \\eve
            "two words": ann
            """);
        assertThat(expand(aliases, "sales@example.com"))
                .isEqualTo(to("ann@example.com", "bob@example.org", "\"c, d\"@example.org"));
        assertThat(expand(aliases, "SALES@EXAMPLE.COM")).isPresent();
        assertThat(expand(aliases, "sales@any.example")).isEqualTo(to("eve@example.com"));
        assertThat(expand(aliases, "\"two words\"@example.com")).isEqualTo(to("ann@example.com"));
        assertThat(expand(aliases, "ann@example.com")).isEmpty();
        assertThat(expand(aliases, "sales@example.net")).isEmpty();
    }

    @Test
    void tagGoesWithItsName() throws IOException {
        Aliases aliases = aliases("sales: ann\nsales+eu: bob\n");
        assertThat(expand(aliases, "sales+x@example.com")).isEqualTo(to("ann@example.com"));
        assertThat(expand(aliases, "sales+eu@example.com")).isEqualTo(to("bob@example.com"));
    }

    @Test
    void aliasesOfAliasesAreExpandedAndEachMailboxIsNamedOnce() throws IOException {
        assertThat(expand(aliases("all: ann, sales, support\nsales: bob, eve\nsupport: eve, bob\n"), "all@example.com"))
                .isEqualTo(to("ann@example.com", "bob@example.com", "eve@example.com"));
    }

    /** As a person writes who keeps a copy. */
    @Test
    void nameInItsOwnAliasIsItsMailbox() throws IOException {
        assertThat(expand(aliases("ann: ann, bob@example.org\n"), "ann@example.com"))
                .isEqualTo(to("ann@example.com", "bob@example.org"));
    }

    @Test
    void postmasterAloneIsTheHostsOwn() throws IOException {
        assertThat(aliases("postmaster: ann\n").expand(new ForwardPath.Postmaster()))
                .isEqualTo(to("ann@example.com"));
    }

    @Test
    @Tag("alias-1")
    void loopLeadsNowhereAndTakesNothingFromTheOthers() throws IOException {
        Aliases aliases = aliases("a: b\nb: c\nc: a\nd: a, ann\n");
        assertThat(expand(aliases, "a@example.com")).contains(new Expansion.Endless("its alias leads back to itself"));
        assertThat(expand(aliases, "d@example.com")).isEqualTo(to("ann@example.com"));
    }

    @Test
    @Tag("alias-1")
    void aliasesOfAliasesHaveABound() throws IOException {
        String deep = String.join(
                "\n",
                IntStream.range(0, 50).mapToObj(i -> "a" + i + ": a" + (i + 1)).toList());
        Aliases aliases = aliases(deep + "\n");
        assertThat(expand(aliases, "a0@example.com"))
                .contains(new Expansion.Endless("its aliases lead on more than 20 times"));
        assertThat(expand(aliases, "a31@example.com"))
                .contains(((Expansion) new Expansion.To(List.of(mailbox("a50@example.com")))));
    }

    @Test
    @Tag("alias-1")
    void aliasOfAHundredThousandHasABound() throws IOException {
        String many = String.join(
                ",", IntStream.range(0, 100_000).mapToObj(i -> "x" + i).toList());
        assertThat(expand(aliases("all: " + many + "\n"), "all@example.com"))
                .contains(new Expansion.Endless("it leads to more than 1000 mailboxes"));
    }

    /** Ten aliases that each name the next twice must not be a thousand steps. */
    @Test
    @Tag("alias-1")
    void aliasThatIsNamedTwiceIsExpandedOnce() throws IOException {
        String doubled = String.join(
                "\n",
                IntStream.range(0, 19)
                        .mapToObj(i -> "a" + i + ": a" + (i + 1) + ", a" + (i + 1) + ", a" + (i + 1) + "+x")
                        .toList());
        assertThat(expand(aliases(doubled + "\n"), "a0@example.com"))
                .isEqualTo(to("a19@example.com", "a19+x@example.com"));
    }

    @Test
    void commandsAndFilesAreRefusedByTheirLine() {
        assertThatThrownBy(() -> aliases("""
            ann: bob
            list: "|/usr/bin/list post",
               /var/mail/archive, :include:/etc/list
            odd
            ann: eve
            none:
            """))
                .isInstanceOf(IOException.class)
                .hasMessage(String.join(
                        "; ",
                        List.of(
                                        ":2: \"|/usr/bin/list post\" is a command, and aliases lead to mailboxes only"
                                                + " here: take the line out, or name a mailbox",
                                        ":2: /var/mail/archive is a file, and aliases lead to mailboxes only here:"
                                                + " take the line out, or name a mailbox",
                                        ":2: :include:/etc/list is a list in a file, and aliases lead to mailboxes only"
                                                + " here: take the line out, or name a mailbox",
                                        ":4: an alias is written \"name: target, target\"",
                                        ":5: ann@example.com stands there twice",
                                        ":6: says no target")
                                .stream()
                                .map(fault -> directory.resolve("aliases") + fault)
                                .toList()));
    }

    @Test
    void fileIsReadAgainWhenItChangesAndABrokenOneChangesNothing() throws IOException {
        Aliases aliases = aliases("sales: ann\n");
        Path file = directory.resolve("aliases");
        Files.writeString(file, "sales: bob\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1)));
        assertThat(expand(aliases, "sales@example.com")).isEqualTo(to("bob@example.com"));
        Files.writeString(file, "sales: |cat\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(2)));
        assertThat(expand(aliases, "sales@example.com")).isEqualTo(to("bob@example.com"));
    }
}
