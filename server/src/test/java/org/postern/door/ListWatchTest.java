package org.postern.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.dnsbl.ListZone;
import org.postern.dnsbl.ListZone.Codes;

@Tag("dns-2")
class ListWatchTest {
    private static final ListZone ZONE = new ListZone(
            new DnsName("bl.test"), List.of(Codes.parse("127.0.0.2").orElseThrow()));
    private static final Resolver IN_ORDER = new TestZone("2.0.0.127.bl.test. A 127.0.0.2\n").resolver();
    private static final Resolver WILDCARD = new TestZone("*.bl.test. A 127.0.0.2\n").resolver();

    @Test
    void aListIsNotAskedBeforeItWasLookedAt() {
        var answered = new CountDownLatch(1);
        Resolver slow = questions -> {
            try {
                answered.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            return IN_ORDER.ask(questions);
        };
        try (var watch = new ListWatch(slow, List.of(ZONE))) {
            assertThat(watch.fault(ZONE)).contains("it was not looked at yet");
            answered.countDown();
        }
    }

    @Test
    void aListInOrderIsAsked() {
        try (var watch = new ListWatch(IN_ORDER, List.of(ZONE))) {
            watch.look();

            assertThat(watch.fault(ZONE)).isEmpty();
        }
    }

    @Test
    void aListThatListsAllIsOff() {
        try (var watch = new ListWatch(WILDCARD, List.of(ZONE))) {
            watch.look();

            assertThat(watch.fault(ZONE)).contains("127.0.0.1 must not be listed in it, and the answer is: 127.0.0.2");
        }
    }

    @Test
    void aListIsOffAndOnAgainAsItIsFound() {
        var now = new AtomicReference<>(IN_ORDER);
        try (var watch = new ListWatch(questions -> now.get().ask(questions), List.of(ZONE))) {
            now.set(questions -> questions.stream()
                    .map(question -> Answer.failed(question, "timed out"))
                    .toList());
            watch.look();
            assertThat(watch.fault(ZONE)).contains("it can't be asked: timed out");

            now.set(IN_ORDER);
            watch.look();
            assertThat(watch.fault(ZONE)).isEmpty();
        }
    }
}
