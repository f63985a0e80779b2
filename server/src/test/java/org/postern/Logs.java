package org.postern;

import static java.util.stream.Collectors.joining;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Keeps what a room logs during a test, as lines. */
public final class Logs extends AppenderBase<ILoggingEvent> implements BeforeEachCallback, AfterEachCallback {
    private final Logger logger;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    /** Of the room that {@code test} is in. */
    public Logs(Object test) {
        this.logger = (Logger) LoggerFactory.getLogger(test.getClass().getPackageName());
    }

    @Override
    public void beforeEach(ExtensionContext test) {
        start();
        logger.setAdditive(false);
        logger.addAppender(this);
    }

    @Override
    public void afterEach(ExtensionContext test) {
        logger.detachAppender(this);
        logger.setAdditive(true);
    }

    @Override
    protected void append(ILoggingEvent event) {
        String values = event.getKeyValuePairs() == null
                ? ""
                : event.getKeyValuePairs().stream()
                        .map(pair -> " " + pair.key + "=" + pair.value)
                        .collect(joining());
        lines.add(event.getLevel() + " " + event.getFormattedMessage() + values);
    }

    /** All of them, as {@code WARN text key=value}. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** Those of that level. */
    public List<String> ofLevel(String level) {
        return lines.stream().filter(line -> line.startsWith(level + " ")).toList();
    }

    /** Those that have that in them. */
    public List<String> lines(String part) {
        return lines.stream().filter(line -> line.contains(part)).toList();
    }
}
