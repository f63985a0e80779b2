package org.postern.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.postern.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets the log up by hand: reading Logback's XML would cost the start a sixth of a second. */
final class Logging {
    private Logging() {}

    /** Lines to standard error in this format, from now on. */
    static void configure(Config.LogFormat format) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Encoder<ILoggingEvent> line =
                switch (format) {
                    case TEXT -> new LogLine.Text();
                    case JSON -> new LogLine.Json();
                };
        Encoder<ILoggingEvent> encoder = JournalLevel.isRead() ? new JournalLevel(line) : line;
        encoder.setContext(context);
        encoder.start();
        var output = new LogOutput(encoder);
        output.setContext(context);
        output.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.setLevel(Level.INFO);
        root.addAppender(output);
        // What zones of others get wrong is in the answers; dnsjava would write a line for each, at their pleasure.
        context.getLogger("org.xbill.DNS").setLevel(Level.OFF);
        context.getLogger("crawlercommons").setLevel(Level.WARN);
    }

    /** Writes what waits to be written: before the process ends. */
    static void flush() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders().forEachRemaining(appender -> {
            if (appender instanceof LogOutput output) {
                output.flush();
            }
        });
    }

    /** Found by Logback through its service file: keeps it from looking for files of its own. */
    public static final class Silent extends ContextAwareBase implements Configurator {
        @Override
        public ExecutionStatus configure(LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
            return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
        }
    }
}
