package org.postern.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.xbill.DNS.ResolverConfig;

/**
 * Asks recursive servers, one after another until one can say, and remembers what they said for as long as it may be believed. One
 * question on its way answers all who ask it.
 */
public final class CachingResolver implements Resolver {
    /** RFC 9520 §3.2: a failure is remembered for a moment, so that who asks again and again costs nothing. */
    private static final Duration FAILURE = Duration.ofSeconds(2);

    /** What an entry of the cache is counted to hold, in octets. */
    private static final int ENTRY = 1_024;

    /** What a record costs beside its text, in octets. */
    private static final int OVERHEAD = 48;

    private static final String NO_SERVER = "no name server is known: set dns.servers";

    private final List<Exchange> servers;
    private final Duration deadline;
    private final Semaphore atOnce;
    private final Ticker ticker;
    private final Cache<Question, Kept> cache;
    private final ConcurrentMap<Question, CompletableFuture<Answer>> onTheirWay = new ConcurrentHashMap<>();

    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder cached = new LongAdder();

    /**
     * What it has done, and has to do.
     *
     * @param answered questions that a server answered, if only that there is nothing
     * @param failed questions that none could answer
     * @param cached questions whose answer was remembered
     * @param entries answers that are remembered now, about
     * @param underWay questions that are being asked now
     */
    public record Figures(long answered, long failed, long cached, long entries, int underWay) {}

    private record Kept(Answer answer, long sinceNanos) {}

    /** Asks the servers of {@code settings}. */
    public CachingResolver(DnsSettings settings) {
        this(
                settings.servers().stream()
                        .<Exchange>map(server -> new ServerExchange(server, settings))
                        .toList(),
                settings,
                Ticker.systemTicker());
    }

    CachingResolver(List<Exchange> servers, DnsSettings settings, Ticker ticker) {
        this.servers = servers;
        this.deadline = settings.deadline();
        this.atOnce = new Semaphore(settings.questionsAtOnce());
        this.ticker = ticker;
        this.cache = Caffeine.newBuilder()
                .maximumWeight(settings.cacheEntries())
                .weigher((Question _, Kept kept) -> weight(kept.answer))
                .ticker(ticker)
                // On the caller's thread, which has nothing better to do.
                .executor(Runnable::run)
                .expireAfter(Expiry.<Question, Kept>creating((_, kept) -> lifetime(kept.answer)))
                .build();
    }

    /** The servers that this machine asks. */
    public static List<InetSocketAddress> systemServers() {
        return List.copyOf(ResolverConfig.getCurrentConfig().servers());
    }

    /** A large answer counts as many: nobody's 64 KB of text fills the memory in the guise of entries. */
    private static int weight(Answer answer) {
        int octets = answer.problem().length();
        for (DnsName alias : answer.aliases()) {
            octets += alias.text().length();
        }
        for (Data data : answer.data()) {
            octets += OVERHEAD + data.toString().length();
        }
        return 1 + octets / ENTRY;
    }

    private static Duration lifetime(Answer answer) {
        return answer.isFailed() ? FAILURE : answer.ttl();
    }

    @Override
    public List<Answer> ask(List<Question> questions) {
        return ask(questions, deadline);
    }

    /** Waits no longer than {@code patience} in all, and never longer than the settings' deadline. */
    List<Answer> ask(List<Question> questions, Duration patience) {
        long end = System.nanoTime() + (patience.compareTo(deadline) < 0 ? patience : deadline).toNanos();
        var answers = new ArrayList<Answer>(questions.size());
        var waited = new ArrayList<CompletableFuture<Answer>>(questions.size());
        for (Question question : questions) {
            waited.add(found(question));
        }
        for (int i = 0; i < questions.size(); i++) {
            answers.add(await(questions.get(i), waited.get(i), end));
        }
        return answers;
    }

    @Override
    public Optional<Answer> known(Question question) {
        return Optional.ofNullable(cache.getIfPresent(question)).map(this::remembered);
    }

    /** Since it was made. */
    public Figures figures() {
        return new Figures(answered.sum(), failed.sum(), cached.sum(), cache.estimatedSize(), onTheirWay.size());
    }

    private CompletableFuture<Answer> found(Question question) {
        Optional<Answer> known = known(question);
        if (known.isPresent()) {
            cached.increment();
            return CompletableFuture.completedFuture(known.get());
        }
        var mine = new CompletableFuture<Answer>();
        CompletableFuture<Answer> others = onTheirWay.putIfAbsent(question, mine);
        if (others != null) {
            return others;
        }
        Thread.ofVirtual().name("dns").start(() -> find(question, mine));
        return mine;
    }

    private Answer remembered(Kept kept) {
        Answer answer = kept.answer;
        Duration age = Duration.ofNanos(ticker.read() - kept.sinceNanos);
        Duration left = answer.ttl().minus(age);
        return new Answer(
                answer.question(),
                answer.status(),
                answer.data(),
                answer.aliases(),
                left.isNegative() ? Duration.ZERO : left,
                Duration.ZERO,
                "cache",
                answer.security(),
                answer.problem());
    }

    private void find(Question question, CompletableFuture<Answer> asked) {
        Answer answer = Answer.failed(question, "the question could not be asked");
        try {
            answer = askServers(question, System.nanoTime() + deadline.toNanos());
            (answer.isFailed() ? failed : answered).increment();
            if (lifetime(answer).isPositive()) {
                cache.put(question, new Kept(answer, ticker.read()));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            onTheirWay.remove(question, asked);
            asked.complete(answer);
        }
    }

    private Answer askServers(Question question, long end) throws InterruptedException {
        if (!atOnce.tryAcquire(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
            return Answer.failed(question, "too many questions at once: dns.questions-at-once");
        }
        try {
            Answer last = Answer.failed(question, NO_SERVER);
            for (Exchange server : servers) {
                if (end - System.nanoTime() <= 0) {
                    break;
                }
                last = server.ask(question, end);
                if (!last.isFailed()) {
                    return last;
                }
            }
            return last;
        } finally {
            atOnce.release();
        }
    }

    private static Answer await(Question question, CompletableFuture<Answer> asked, long end) {
        try {
            return asked.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            return Answer.failed(question, "timed out");
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Answer.failed(question, "the server stops");
        }
    }
}
