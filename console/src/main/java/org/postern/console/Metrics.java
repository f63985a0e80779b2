package org.postern.console;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.Supplier;
import org.postern.journal.Journal;

/** All that is measured, as Prometheus reads it. Thread-safe. */
final class Metrics implements AutoCloseable {
    /** Prometheus' text format. */
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Who asks oftener gets the same page again. */
    private static final Duration PAGE = Duration.ofSeconds(1);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collector = new JvmGcMetrics();
    private final Gauges gauges;
    private final Journal.Following journal;
    private String page = "";
    private long until;

    /** Counts from now on. */
    Metrics(Supplier<Watched> watched, Journal journal, String version) {
        // In nanoseconds, which is no unit of Prometheus' world: process.cpu stands for it.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        // Of the machine, which others know better.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system."));
        process(registry);
        collector.bindTo(registry);
        Gauge.builder("postern.build.info", () -> 1)
                .description("Which Postern this is.")
                .tag("version", version)
                .register(registry);
        this.gauges = new Gauges(registry, new Census(watched, System::nanoTime));
        this.journal = journal.observe(new Meters(registry));
        this.until = System.nanoTime();
    }

    private static void process(MeterRegistry registry) {
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu.seconds", system, one -> one.getProcessCpuTime() / 1e9)
                    .description("Time that processors worked for this process.")
                    .register(registry);
        }
    }

    /** The page as it is now, or was a moment ago. */
    synchronized String page() {
        long now = System.nanoTime();
        if (page.isEmpty() || now - until >= 0) {
            gauges.refresh();
            page = registry.scrape();
            until = System.nanoTime() + PAGE.toNanos();
        }
        return page;
    }

    /** Counts no more. */
    @Override
    public void close() {
        journal.close();
        collector.close();
        registry.close();
    }
}
