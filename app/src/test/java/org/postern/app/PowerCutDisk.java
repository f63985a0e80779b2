package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * An ext4 file system whose power can be cut: what was not synced is lost, as at a real power failure. {@code kill -9} can't show that,
 * for the kernel keeps what a dead process wrote. Needs root and a loop device.
 */
final class PowerCutDisk implements AutoCloseable {
    /** EXT4_IOC_SHUTDOWN of the kernel's {@code ext4.h}, and its flag that flushes nothing, not even the journal. */
    private static final String CUT = """
        import fcntl, os, struct, sys
        fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
        """;

    private final Path image;
    private final Path place;

    private PowerCutDisk(Path image, Path place) {
        this.image = image;
        this.place = place;
    }

    /** Skips the test, with a word, on a machine that doesn't let us have one. */
    static void assume() {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")) && Files.isWritable(Path.of("/dev/loop-control")),
                "a disk of our own needs root and a loop device, which are not to be had");
    }

    /** A new one in {@code directory}. */
    static PowerCutDisk in(Path directory, int megabytes) throws IOException, InterruptedException {
        Path image = directory.resolve("disk.img");
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) megabytes << 20);
        }
        Program.named("mkfs.ext4")
                .run("-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString())
                .succeeded();
        var disk = new PowerCutDisk(image, Files.createDirectory(directory.resolve("disk")));
        disk.mount();
        return disk;
    }

    /** Where its files are. */
    Path place() {
        return place;
    }

    /** The power goes: nothing more reaches the disk, and every later access fails. */
    void cut() throws IOException, InterruptedException {
        Program.named("python3").run("-c", CUT, place.toString()).succeeded();
    }

    /** The power is back, and the file system's journal replayed. Nobody may have files open there. */
    void back() throws IOException, InterruptedException {
        unmount();
        mount();
    }

    private void mount() throws IOException, InterruptedException {
        Program.named("mount")
                .run("-o", "loop", image.toString(), place.toString())
                .succeeded();
    }

    private void unmount() throws IOException, InterruptedException {
        Program.Outcome last = new Program.Outcome(1, "");
        for (int tries = 0; tries < 100 && last.exit() != 0; tries++) {
            last = Program.named("umount").run(place.toString());
            Thread.sleep(last.exit() == 0 ? 0 : 100);
        }
        assertThat(last.exit()).as(last.output()).isZero();
    }

    @Override
    public void close() throws IOException {
        try {
            unmount();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        Files.delete(image);
    }
}
