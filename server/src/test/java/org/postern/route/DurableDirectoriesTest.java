package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurableDirectoriesTest {
    private static final int MOST = 20;

    @TempDir
    private Path root;

    private final List<Path> synced = new ArrayList<>();
    private boolean diskFails;
    private final DurableDirectories directories = new DurableDirectories(MOST, directory -> {
        if (diskFails) {
            throw new IOException("the disk fails");
        }
        synced.add(directory);
    });

    @BeforeEach
    void rootIsKnown() throws IOException {
        directories.make(root);
        synced.clear();
    }

    @Test
    void whatIsMissingIsMadeAndEachEntrySynced() throws IOException {
        directories.make(root.resolve("ann/new"));
        assertThat(root.resolve("ann/new")).isDirectory();
        assertThat(synced).containsExactly(root, root.resolve("ann"));
    }

    /** Another session may have made it and not have synced it yet, or this process before it was killed. */
    @Test
    void whatIsThereIsSyncedOnce() throws IOException {
        Files.createDirectories(root.resolve("ann/new"));
        directories.make(root.resolve("ann/new"));
        directories.make(root.resolve("ann/new"));
        assertThat(synced).containsExactly(root, root.resolve("ann"));
    }

    @Test
    void whatCouldNotBeSyncedIsSyncedTheNextTime() throws IOException {
        diskFails = true;
        assertThatThrownBy(() -> directories.make(root.resolve("ann"))).hasMessage("the disk fails");
        assertThat(root.resolve("ann")).isDirectory();
        diskFails = false;
        directories.make(root.resolve("ann"));
        assertThat(synced).containsExactly(root);
    }

    @Test
    void whatWasRemovedIsMadeAndSyncedAgain() throws IOException {
        directories.make(root.resolve("ann"));
        Files.delete(root.resolve("ann"));
        directories.make(root.resolve("ann"));
        assertThat(root.resolve("ann")).isDirectory();
        assertThat(synced).containsExactly(root, root);
    }

    @Test
    void aFileInItsPlaceIsAnError() throws IOException {
        Files.writeString(root.resolve("ann"), "in the way");
        assertThatThrownBy(() -> directories.make(root.resolve("ann/new"))).isInstanceOf(IOException.class);
        assertThat(root.resolve("ann")).isRegularFile();
    }

    @Test
    void whatIsForgottenIsSyncedAgain() throws IOException {
        for (int i = 0; i < MOST; i++) {
            directories.make(root.resolve("a" + i));
        }
        synced.clear();
        directories.make(root.resolve("a0"));
        assertThat(synced).contains(root);
    }
}
