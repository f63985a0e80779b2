package org.postern.app;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms go down only, as docs/architecture.md draws them. */
class ArchitectureTest {
    private static final String[] SMTP = {"org.postern.smtp.."};
    private static final String[] IDENTITY = {
        "org.postern.arc..",
        "org.postern.dkim..",
        "org.postern.dmarc..",
        "org.postern.dns..",
        "org.postern.dnsbl..",
        "org.postern.finding..",
        "org.postern.greeting..",
        "org.postern.iprev..",
        "org.postern.message..",
        "org.postern.spf.."
    };
    private static final String[] SERVER = {
        "org.postern.backup..",
        "org.postern.begin..",
        "org.postern.config..",
        "org.postern.control..",
        "org.postern.delivery..",
        "org.postern.door..",
        "org.postern.dsn..",
        "org.postern.filter..",
        "org.postern.journal..",
        "org.postern.maildrop..",
        "org.postern.policy..",
        "org.postern.postfix..",
        "org.postern.quarantine..",
        "org.postern.queue..",
        "org.postern.route..",
        "org.postern.signing..",
        "org.postern.spool..",
        "org.postern.tls.."
    };
    private static final String[] CONSOLE = {"org.postern.console.."};
    private static final String[] APP = {"org.postern.app.."};

    private static JavaClasses postern;

    @BeforeAll
    static void read() {
        postern = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("org.postern");
    }

    @Test
    void everyRoomIsKnownHere() {
        classes()
                .should()
                .resideInAnyPackage(join(join(SMTP, IDENTITY), join(SERVER, join(CONSOLE, APP))))
                .because("a new room gets its place in these rules and in docs/architecture.md")
                .check(postern);
    }

    @Test
    void everyRoomIsInTheDocument() throws IOException {
        var rooms = new TreeSet<String>();
        postern.forEach(type -> rooms.add(type.getPackageName()));
        Matcher row = Pattern.compile("(?m)^\\| `[a-z]+` \\| `(org\\.postern[a-z.]*)` \\|")
                .matcher(Files.readString(Path.of("../docs/architecture.md")));

        assertThat(row.results().map(found -> found.group(1))).containsExactlyInAnyOrderElementsOf(rooms);
    }

    @Test
    void smtpKnowsNobodyButTheJdk() {
        classes()
                .that()
                .resideInAnyPackage(SMTP)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..", "javax.crypto..", "javax.net..", "org.jspecify..", "org.postern.smtp.."))
                .check(postern);
    }

    @Test
    void identityKnowsOnlySmtp() {
        noClasses()
                .that()
                .resideInAnyPackage(IDENTITY)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(join(SERVER, join(CONSOLE, APP)))
                .check(postern);
    }

    @Test
    void serverKnowsNeitherTheConsoleNorTheProgram() {
        noClasses()
                .that()
                .resideInAnyPackage(SERVER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(join(CONSOLE, APP))
                .check(postern);
    }

    @Test
    void consoleDoesNotKnowTheProgram() {
        noClasses()
                .that()
                .resideInAnyPackage(CONSOLE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(APP)
                .check(postern);
    }

    @Test
    void onlyTheConsoleMeasures() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CONSOLE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..", "io.prometheus..", "com.sun.net.httpserver..")
                .check(postern);
    }

    @Test
    void grammarDoesNotKnowTheSession() {
        noClasses()
                .that()
                .resideInAPackage("org.postern.smtp")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.postern.smtp.server")
                .check(postern);
    }

    @Test
    void routesAndCertificatesDoNotKnowTheConfiguration() {
        noClasses()
                .that()
                .resideInAnyPackage("org.postern.route..", "org.postern.tls..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.postern.config..", "org.postern.door..")
                .check(postern);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("org.postern.(**)").should().beFreeOfCycles().check(postern);
    }

    @Test
    void onlyTheProgramEndsTheProcess() {
        noClasses()
                .that()
                .resideOutsideOfPackages(APP)
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(postern);
    }

    @Test
    void onlyTheTomlIsReadInConfig() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.postern.config..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.tomlj..")
                .check(postern);
    }

    @Test
    void onlyTheSpoolAndTheJournalKnowRocksDb() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.postern.spool..", "org.postern.journal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb..")
                .check(postern);
    }

    @Test
    void filtersKnowNeitherTheDoorNorThePolicy() {
        noClasses()
                .that()
                .resideInAPackage("org.postern.filter..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.postern.config..", "org.postern.door..", "org.postern.policy..")
                .check(postern);
    }

    @Test
    void mailDoesNotKnowWhoAsksAboutIt() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.postern.delivery..",
                        "org.postern.door..",
                        "org.postern.policy..",
                        "org.postern.quarantine..",
                        "org.postern.queue..",
                        "org.postern.route..",
                        "org.postern.signing..",
                        "org.postern.spool..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.postern.control..")
                .check(postern);
    }

    @Test
    void onlyBackupControlFiltersTheJournalAndTheCommandsKnowJson() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "org.postern.backup..",
                        "org.postern.control..",
                        "org.postern.filter..",
                        "org.postern.journal..",
                        "org.postern.app..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("tools.jackson..", "com.fasterxml.jackson..")
                .check(postern);
    }

    private static String[] join(String[] some, String[] others) {
        return java.util.stream.Stream.of(some, others)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new);
    }
}
