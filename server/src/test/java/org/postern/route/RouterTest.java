package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.route.LocalDomain.Delivery;
import org.postern.route.LocalDomain.Mailboxes;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

final class RouterTest {
    private static final Delivery MAIL = new Delivery.IntoMaildir(new MaildirTemplate("/mail/{domain}/{local}"));
    private static final Domain HOST = new Domain("mx.example.com");

    private static Router router(Mailboxes mailboxes, Optional<String> catchAll, Optional<Mailbox> postmaster) {
        var domain = new LocalDomain(new Domain("Example.com"), MAIL, mailboxes, catchAll);
        return new Router(HOST, List.of(domain), List.of(), postmaster, Path.of("/data/postmaster"));
    }

    private static final Router LISTED =
            router(new Mailboxes.Listed(Set.of("ann", "bob+x")), Optional.empty(), Optional.empty());
    private static final Router ANY = router(new Mailboxes.Any(), Optional.empty(), Optional.empty());

    @ParameterizedTest
    @CsvSource({
        "ann@example.com,/mail/example.com/ann",
        "ANN@EXAMPLE.COM,/mail/example.com/ann",
        "ann+lists@example.com,/mail/example.com/ann",
        "ann+a+b@example.com,/mail/example.com/ann",
        "bob+x@example.com,/mail/example.com/bob+x",
        "postmaster@example.com,/data/postmaster",
        "Abuse@example.com,/data/postmaster",
    })
    void whoIsListedExists(String recipient, String path) {
        assertThat(LISTED.route(mailbox(recipient)))
                .isInstanceOfSatisfying(
                        Route.IntoMaildir.class, into -> assertThat(into.path()).isEqualTo(Path.of(path)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bob@example.com", "bob+y@example.com", "+ann@example.com", "an@example.com", "ann.x@example.com"
            })
    void othersDoNot(String recipient) {
        assertThat(LISTED.route(mailbox(recipient))).isEqualTo(new Route.NoSuchMailbox("no such mailbox"));
    }

    @Test
    void usersOfTheSystemExistAsLongAsTheyAreThere(@TempDir Path directory) throws IOException {
        Path passwd = Files.writeString(directory.resolve("passwd"), """
            root:x:0:0:root:/root:/bin/bash
            Ann:x:1000:1000:\u00c4nn:/home/ann:/bin/sh

            +nis::::::
            #gone:x:1::/:
            """);
        var domain = new LocalDomain(new Domain("example.com"), MAIL, new Mailboxes.OfSystem(), Optional.empty());
        var router = new Router(
                HOST,
                List.of(domain),
                List.of(),
                Optional.empty(),
                Path.of("/data/postmaster"),
                new SystemUsers(passwd));

        for (String who : List.of("root", "ann", "Ann", "ann+list", "postmaster")) {
            assertThat(router.route(mailbox(who + "@example.com"))).as(who).isInstanceOf(Route.IntoMaildir.class);
        }
        for (String who : List.of("bob", "+nis", "nis", "#gone", "gone", "roo", "root:x")) {
            assertThat(router.route(mailbox("\"" + who + "\"@example.com")))
                    .as(who)
                    .isEqualTo(new Route.NoSuchMailbox("no such mailbox"));
        }

        Files.writeString(passwd, "bob:x:1001:1001::/home/bob:/bin/sh\n");
        Files.setLastModifiedTime(passwd, FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(router.route(mailbox("bob@example.com"))).isInstanceOf(Route.IntoMaildir.class);
        assertThat(router.route(mailbox("ann@example.com"))).isInstanceOf(Route.NoSuchMailbox.class);

        // Nobody knows then who exists: no answer for good.
        Files.delete(passwd);
        assertThatThrownBy(() -> router.route(mailbox("bob@example.com")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("users of this machine");
    }

    /** RFC 5890 §2.3.2.4. */
    @ParameterizedTest
    @ValueSource(strings = {"ann@bücher.example", "ann@Bücher.Example", "ann@XN--bcher-kva.example"})
    void aDomainIsOursInBothItsForms(String recipient) {
        var domain = new LocalDomain(
                new Domain("xn--bcher-kva.example"), MAIL, new Mailboxes.Listed(Set.of("ann")), Optional.empty());
        var router = new Router(HOST, List.of(domain), List.of(), Optional.empty(), Path.of("/data/postmaster"));
        assertThat(router.route(mailbox(recipient)))
                .isInstanceOfSatisfying(
                        Route.IntoMaildir.class,
                        into -> assertThat(into.path()).isEqualTo(Path.of("/mail/xn--bcher-kva.example/ann")));
        assertThat(router.route(mailbox("ann@bucher.example"))).isEqualTo(new Route.NotOurs());
    }

    /** attacks.md relay-1, relay-2. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x@elsewhere.example",
                "x@sub.example.com",
                "ann@[192.0.2.1]",
                "ann@[127.0.0.1]",
                "x@xn--exmple-cua.com",
                "x@exämple.com",
                "x@ｅxample.com",
                "x@example。com",
                "x@example.com.evil.example"
            })
    void whatIsNotOursIsNotRouted(String recipient) {
        assertThat(LISTED.route(mailbox(recipient))).isEqualTo(new Route.NotOurs());
        assertThat(ANY.route(mailbox(recipient))).isEqualTo(new Route.NotOurs());
    }

    /** attacks.md relay-2: a local part that smells of another host is a local part. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x%elsewhere.example@example.com",
                "elsewhere.example!x@example.com",
                "\"x@elsewhere.example\"@example.com"
            })
    void aLocalPartIsNeverARoute(String recipient) {
        assertThat(LISTED.route(mailbox(recipient))).isInstanceOf(Route.NoSuchMailbox.class);
        assertThat(ANY.route(mailbox(recipient)))
                .isInstanceOfSatisfying(
                        Route.IntoMaildir.class,
                        into -> assertThat(into.path().getParent()).isEqualTo(Path.of("/mail/example.com")));
    }

    @Tag("addr-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"../../etc/x\"@example.com",
                "\"..\"@example.com",
                "\".\"@example.com",
                "\".hidden\"@example.com",
                "\"a/b\"@example.com",
                "\"/etc\"@example.com",
                "\"\"@example.com"
            })
    void noLocalPartLeadsOutOfTheMailRoot(String recipient) {
        assertThat(ANY.route(mailbox(recipient))).isInstanceOf(Route.NoSuchMailbox.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\";rm -rf x|$(id)`id`<>\"@example.com", "\"a b'c\"@example.com"})
    void shellCharactersAreLettersLikeOthers(String recipient) {
        assertThat(ANY.route(mailbox(recipient)))
                .isInstanceOfSatisfying(
                        Route.IntoMaildir.class,
                        into -> assertThat(into.path().getParent()).isEqualTo(Path.of("/mail/example.com")));
    }

    @Test
    void whereAnyoneExistsATagIsStillATag() {
        assertThat(ANY.route(mailbox("ann+x@example.com"))).isEqualTo(ANY.route(mailbox("ann@example.com")));
        assertThat(ANY.route(mailbox("postmaster@example.com")))
                .isInstanceOfSatisfying(
                        Route.IntoMaildir.class,
                        into -> assertThat(into.path()).isEqualTo(Path.of("/data/postmaster")));
    }

    @Test
    void theCatchAllGetsWhatNobodyElseDoes() {
        Router router = router(new Mailboxes.Listed(Set.of("ann")), Optional.of("ann"), Optional.empty());
        assertThat(router.route(mailbox("nobody@example.com"))).isEqualTo(router.route(mailbox("ann@example.com")));
    }

    @Test
    void postmasterGoesToWhoIsNamed() {
        Router router =
                router(new Mailboxes.Listed(Set.of("ann")), Optional.empty(), Optional.of(mailbox("ann@example.com")));
        Route ann = router.route(mailbox("ann@example.com"));
        assertThat(router.route(new ForwardPath.Postmaster())).isEqualTo(ann);
        assertThat(router.route(mailbox("postmaster@example.com"))).isEqualTo(ann);
        assertThat(router.route(mailbox("abuse@example.com"))).isEqualTo(ann);
    }

    @Test
    void aListedPostmasterIsAMailboxLikeOthers() {
        Router router = router(
                new Mailboxes.Listed(Set.of("ann", "abuse")),
                Optional.empty(),
                Optional.of(mailbox("ann@example.com")));
        assertThat(router.route(mailbox("abuse@example.com")))
                .isInstanceOfSatisfying(
                        Route.IntoMaildir.class,
                        into -> assertThat(into.path()).isEqualTo(Path.of("/mail/example.com/abuse")));
    }

    @Test
    void whoseMaildirIsThereExists(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("example.com/ann/new"));
        Files.createDirectories(root.resolve("example.com/bob"));
        var template = new MaildirTemplate(root + "/{domain}/{local}");
        var domain = new LocalDomain(
                new Domain("example.com"),
                new Delivery.IntoMaildir(template),
                new Mailboxes.Existing(),
                Optional.empty());
        var router = new Router(HOST, List.of(domain), List.of(), Optional.empty(), Path.of("/data/postmaster"));
        assertThat(router.route(mailbox("Ann+x@example.com"))).isInstanceOf(Route.IntoMaildir.class);
        assertThat(router.route(mailbox("bob@example.com"))).isInstanceOf(Route.NoSuchMailbox.class);
        assertThat(router.route(mailbox("\"../example.com/ann\"@example.com"))).isInstanceOf(Route.NoSuchMailbox.class);
    }

    @Test
    void discardedMailIsAccepted() {
        var domain = new LocalDomain(
                new Domain("example.com"),
                new Delivery.Onward(new NextHop.Discard()),
                new Mailboxes.Any(),
                Optional.empty());
        var router = new Router(HOST, List.of(domain), List.of(), Optional.empty(), Path.of("/data/postmaster"));
        assertThat(router.route(mailbox("ann@example.com"))).isInstanceOf(Route.Discard.class);
    }

    @Test
    void aMailboxNameIsOneSegmentOfBoundedLength() {
        assertThat(MailboxName.of("a".repeat(255))).isPresent();
        assertThat(MailboxName.of("a".repeat(256))).isEmpty();
        assertThat(MailboxName.of("é".repeat(128))).isEmpty();
        assertThat(MailboxName.of("a\u0000b")).isEmpty();
        assertThat(MailboxName.of("a\nb")).isEmpty();
        assertThat(MailboxName.of("JU\u0308RGEN")).map(MailboxName::segment).contains("j\u00fcrgen");
    }

    private static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow(() -> new AssertionError(text));
    }
}
