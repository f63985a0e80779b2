package org.postern.app;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever started the server how far it is, sd_notify(3): a datagram to the Unix socket that {@code NOTIFY_SOCKET} names. Java has no
 * datagrams on Unix sockets, so this calls the C library. Where nobody asked to be told, nothing is done.
 *
 * @param socket its path; one that begins with {@code @} is in Linux's abstract name space
 */
record Notify(Optional<String> socket) {
    /** All listeners are open. */
    static final String READY = "READY=1";

    static final String STOPPING = "STOPPING=1";

    // The same on all architectures of Linux that Postern runs on.
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;

    /** Of {@code sun_path}, unix(7). */
    private static final int LONGEST_PATH = 107;

    /** Whom the environment names. */
    static Notify ofEnvironment() {
        return new Notify(Optional.ofNullable(System.getenv("NOTIFY_SOCKET")).filter(path -> !path.isEmpty()));
    }

    /** Tells it. That it can't be told is no reason to end: the log has it, and who waits in vain will say so. */
    void tell(String state) {
        if (socket.isEmpty()) {
            return;
        }
        try {
            send(socket.get(), state);
        } catch (Throwable problem) { // what a method handle is declared to throw
            LoggerFactory.getLogger(Notify.class)
                    .atWarn()
                    .addKeyValue("socket", socket.get())
                    .addKeyValue("problem", problem.getMessage())
                    .log("the service manager can't be told how far we are");
        }
    }

    private static void send(String path, String state) throws Throwable {
        byte[] name = path.getBytes(UTF_8);
        if (name.length > LONGEST_PATH) {
            throw new IllegalArgumentException("the path has " + name.length + " octets");
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        MethodHandle socket = c("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        MethodHandle sendto = c("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
        MethodHandle close = c("close", JAVA_INT, JAVA_INT);
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) socket.invokeExact((int) AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            if (descriptor < 0) {
                throw new IllegalStateException("socket(2) failed");
            }
            byte[] text = state.getBytes(UTF_8);
            // struct sockaddr_un: the family, then the path, which a path in the file system ends with a zero.
            MemorySegment address = arena.allocate(Short.BYTES + LONGEST_PATH + 1, Short.BYTES);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, Short.BYTES, name.length);
            int length = Short.BYTES + name.length + (name[0] == 0 ? 0 : 1);
            long sent = (long) sendto.invokeExact(
                    descriptor, arena.allocateFrom(JAVA_BYTE, text), (long) text.length, MSG_NOSIGNAL, address, length);
            int closed = (int) close.invokeExact(descriptor);
            if (sent != text.length || closed != 0) {
                throw new IllegalStateException("sendto(2) failed");
            }
        }
    }

    @SuppressWarnings("restricted") // --enable-native-access: RocksDB needs it as well
    private static MethodHandle c(String function, MemoryLayout returns, MemoryLayout... takes) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(function), FunctionDescriptor.of(returns, takes));
    }
}
