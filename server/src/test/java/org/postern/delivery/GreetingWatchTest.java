package org.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postern.delivery.OwnGreeting.Kind;
import org.postern.delivery.OwnGreeting.Warning;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.smtp.Domain;

class GreetingWatchTest {
    private static final Domain NAME = new Domain("mx.example.com");

    private static List<Egress> egresses() {
        return List.of(new Egress(InetAddress.ofLiteral("192.0.2.10"), Optional.empty(), NAME));
    }

    @Test
    void eachWarningComesWithoutWaitingForDns() throws InterruptedException {
        var warnings = new LinkedBlockingQueue<Warning>();
        var answers = new CountDownLatch(1);
        Resolver zone = new TestZone("mx.example.com. A 192.0.2.10\n").resolver();
        Resolver slow = questions -> {
            try {
                answers.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            return zone.ask(questions);
        };
        try (GreetingWatch watch = GreetingWatch.start(slow, NAME, GreetingWatchTest::egresses, warnings::add)) {
            assertThat(warnings).isEmpty();
            assertThat(watch.last()).as("nobody knows yet").isEmpty();
            answers.countDown();

            assertThat(warnings.poll(60, TimeUnit.SECONDS)).asString().startsWith("192.0.2.10 has no PTR record");
            assertThat(watch.last().orElseThrow())
                    .singleElement()
                    .extracting(Warning::kind)
                    .isEqualTo(Kind.FAULT);
        }
    }

    @Test
    void whatIsRightLeavesNothingToSay() throws InterruptedException {
        Resolver zone =
                new TestZone("10.2.0.192.in-addr.arpa. PTR mx.example.com.\nmx.example.com. A 192.0.2.10\n").resolver();
        try (GreetingWatch watch = GreetingWatch.start(zone, NAME, GreetingWatchTest::egresses, _ -> {
            throw new AssertionError("nothing to warn of");
        })) {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (watch.last().isEmpty() && System.nanoTime() - until < 0) {
                Thread.sleep(5);
            }
            assertThat(watch.last()).contains(List.of());
        }
    }
}
