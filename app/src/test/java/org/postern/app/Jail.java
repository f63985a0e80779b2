package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A directory that servers take for the root: those that were only unpacked look for their own files in fixed places. */
record Jail(Path root) {
    /** What they need: their own files, the libraries of these, a shell, users. */
    private static final String BUILD = """
        set -eu
        umask 022
        root=$1 unpacked=$2
        shift 2
        mkdir -p "$root"/bin "$root"/dev "$root"/etc "$root"/lib "$root"/lib64 "$root"/run "$root"/tmp "$root"/var/lib/empty
        ln -s ../run "$root"/var/run
        chmod 1777 "$root"/tmp
        mknod -m 666 "$root"/dev/null c 1 3
        mknod -m 666 "$root"/dev/urandom c 1 9
        cp -L /bin/sh "$root"/bin/
        for path in "$@"; do
          mkdir -p "$(dirname "$root/$path")"
          cp -a "$unpacked/$path" "$root/$path"
        done
        LD_LIBRARY_PATH=$(echo "$unpacked"/usr/lib/*/ "$unpacked"/lib/*/ "$unpacked"/usr/lib/dovecot | tr ' ' :)
        export LD_LIBRARY_PATH
        find "$root" -type f ! -name 'lib[0-9]*' \\( -perm -u+x -o -name 'libssl*.so' \\) |
          xargs ldd 2>/dev/null | grep -o '/[^ :]*\\.so[^ :]*' | sort -u | while read -r library; do
          case $library in
            /lib64/*) cp -L "$library" "$root"/lib64/ ;;
            "$root"/*) ;;
            *) cp -L "$library" "$root"/lib/ ;;
          esac
        done
        number=900
        for user in opensmtpd opensmtpq dovecot dovenull bob carol; do
          number=$((number + 1))
          echo "$user:x:$number:$number::/var/lib/empty:/bin/false" >>"$root"/etc/passwd
          echo "$user:x:$number:" >>"$root"/etc/group
        done
        echo root:x:0:0::/:/bin/sh >>"$root"/etc/passwd
        echo root:x:0: >>"$root"/etc/group
        """;

    /** The uid and gid that bob has within. */
    static final int BOB = 905;

    /** Under {@code directory}, with {@code files} of what {@code .ci/programs} unpacks. */
    static Jail build(Path directory, String... files) throws Exception {
        for (String file : files) {
            Program.requireFile(Program.UNPACKED.resolve(file));
        }
        var jail = new Jail(directory.resolve("root"));
        List<String> arguments =
                new ArrayList<>(List.of("-c", BUILD, "sh", jail.root.toString(), Program.UNPACKED.toString()));
        arguments.addAll(List.of(files));
        Program.named("sh").run(arguments.toArray(String[]::new)).succeeded();
        return jail;
    }

    /** A file within. */
    Path file(String path) {
        return root.resolve(path);
    }

    /** Writes a file within. */
    void write(String path, String text) throws IOException {
        Files.createDirectories(file(path).getParent());
        Files.writeString(file(path), text);
    }

    /** What runs {@code command} within. */
    List<String> command(String... command) {
        List<String> all =
                new ArrayList<>(List.of(Program.named("chroot").file().toString(), root.toString()));
        all.addAll(List.of(command));
        return all;
    }
}
