import com.palantir.javaformat.java.Main;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs palantir-java-format over every Java file below the working directory: {@code check}, {@code write} or {@code skip}. */
final class Format {
    private Format() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("skip")) {
            return;
        }
        boolean write = arguments[0].equals("write");
        var call = new ArrayList<String>(List.of("--palantir"));
        call.addAll(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
        try (var files = Files.walk(Path.of("."))) {
            files.map(Path::normalize)
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("target/"))
                    .map(Path::toString)
                    .sorted()
                    .forEach(call::add);
        }
        int status = new Main(new PrintWriter(System.out, true), new PrintWriter(System.err, true), System.in)
                .format(call.toArray(String[]::new));
        if (status != 0 && !write) {
            System.err.println("Not formatted: the files above. Run: mvn -q -pl style validate -Dstyle=write");
        }
        System.exit(status);
    }
}
