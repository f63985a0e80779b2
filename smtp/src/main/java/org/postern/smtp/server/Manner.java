package org.postern.smtp.server;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.postern.smtp.Domain;
import org.postern.smtp.Reply;

/** How a server goes about its sessions. Each keeps to the end the one that it began with, whatever the server changes to. */
final class Manner {
    private final Domain hostname;
    private final Limits limits;
    private final Optional<SSLContext> tls;
    private final Events events;
    private final Reply banner;
    private final AtomicInteger sessions = new AtomicInteger();

    Manner(Domain hostname, Limits limits, Optional<SSLContext> tls, Events events) {
        this.hostname = hostname;
        this.limits = limits;
        this.tls = tls;
        this.events = events;
        // RFC 5321 §4.3.1: the name first.
        this.banner = Reply.of(220, hostname + " ESMTP Postern");
    }

    Domain hostname() {
        return hostname;
    }

    Limits limits() {
        return limits;
    }

    Optional<SSLContext> tls() {
        return tls;
    }

    Events events() {
        return events;
    }

    Reply banner() {
        return banner;
    }

    /** One more connection keeps to it. */
    void begin() {
        sessions.incrementAndGet();
    }

    /** One of them is over. */
    void over() {
        sessions.decrementAndGet();
    }

    /** Whether a connection keeps to it. */
    boolean isInUse() {
        return sessions.get() > 0;
    }
}
