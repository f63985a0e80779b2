package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.OutputStream;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogOutputTest {
    private static final long PATIENCE_SECONDS = 20;

    private final LoggerContext context = new LoggerContext();
    private final BlockingQueue<String> writes = new LinkedBlockingQueue<>();
    private final LogOutput output = new LogOutput(new LogLine.Text(), new OutputStream() {
        @Override
        public void write(int octet) {
            throw new AssertionError("octet by octet");
        }

        @Override
        public void write(byte[] from, int at, int length) {
            writes.add(new String(from, at, length, UTF_8));
        }
    });

    @BeforeEach
    void start() {
        output.setContext(context);
        output.start();
    }

    @AfterEach
    void stop() {
        output.stop();
    }

    private void log(Level level, String text) {
        output.doAppend(new LoggingEvent("", context.getLogger("test"), level, text, null, null));
    }

    private @Nullable String nextWrite() throws InterruptedException {
        return writes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void lineComesByItselfAfterAWhile() throws InterruptedException {
        log(Level.INFO, "one");
        assertThat(nextWrite()).endsWith(" info event=one\n");
    }

    @Test
    void errorIsWrittenAtOnceWithAllBeforeIt() {
        log(Level.INFO, "before");
        log(Level.ERROR, "broken");
        assertThat(String.join("", List.copyOf(writes))).containsSubsequence("event=before\n", "event=broken\n");
    }

    @Test
    void manyLinesShareAWriteAndNoneIsLost() throws Exception {
        int threads = 8;
        int each = 5_000;
        try (var loggers = Executors.newFixedThreadPool(threads)) {
            for (int thread = 0; thread < threads; thread++) {
                var random = new Random(thread);
                loggers.execute(() -> {
                    for (int i = 0; i < each; i++) {
                        log(random.nextInt(1_000) == 0 ? Level.WARN : Level.INFO, "x");
                    }
                });
            }
        }
        output.flush();
        int count = writes.size();
        assertThat(String.join("", writes).lines()).hasSize(threads * each).allMatch(line -> line.endsWith("event=x"));
        assertThat(count).isLessThan(threads * each / 10);
    }

    @Test
    void endWritesWhatIsLeft() {
        log(Level.INFO, "last");
        output.stop();
        assertThat(writes).last().asString().endsWith("event=last\n");
    }
}
