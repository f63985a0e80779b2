package org.postern.spf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postern.dns.Answer;
import org.postern.dns.Answer.Security;
import org.postern.dns.Answer.Status;
import org.postern.dns.Data;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;

/**
 * Any records at all, under any names: an evaluation ends within its limits, says visible ASCII, and what is read is written the same.
 * The input's lines are the client's octets, the local part, the name in HELO, and then the records of all names in turn.
 */
final class SpfFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void check(byte[] octets) throws UnknownHostException {
        String[] lines = new String(octets, ISO_8859_1).split("\n", -1);
        byte[] client = line(lines, 0).getBytes(ISO_8859_1);
        var address = Arrays.copyOf(client, client.length > 4 ? 16 : 4);
        var query = new SpfQuery(
                InetAddress.getByAddress(address),
                line(lines, 2),
                line(lines, 1),
                "example.com",
                line(lines, 2),
                SpfCases.CLOCK.instant());
        int[] next = {3};
        SpfResult result = Spf.check(
                questions -> questions.stream()
                        .map(question -> answer(question, line(lines, next[0]++)))
                        .toList(),
                query);

        // Itself, ten terms with ten names each, and an explanation with the names of the client.
        assertThat(result.answers()).hasSizeLessThan(1 + 10 * 11 + 12);
        assertThat(result.reason()).matches("[ -~]+").hasSizeLessThan(500);
        assertThat(result.mechanism()).matches("[ -~]*").hasSizeLessThan(101);
        assertThat(result.explanation()).matches("[ -~]*").hasSizeLessThan(201);
        for (String line : lines) {
            if (SpfRecord.parse(line) instanceof SpfRecord record) {
                assertThat(SpfRecord.parse(record.toString())).isEqualTo(record);
            }
        }
    }

    private static String line(String[] lines, int number) {
        return number < lines.length ? lines[number] : "";
    }

    private static Answer answer(Question question, String line) {
        if (line.startsWith("!")) {
            return Answer.failed(question, line);
        }
        var data = new ArrayList<Data>();
        switch (question.type()) {
            case TXT -> data.add(new Data.Text(line));
            case MX -> names(line).forEach(name -> data.add(new Data.Exchange(1, name)));
            case PTR -> names(line).forEach(name -> data.add(new Data.Pointer(name)));
            case A, AAAA -> {
                byte[] octets = line.getBytes(ISO_8859_1);
                if (octets.length > 0) {
                    data.add(new Data.Address(address(octets, question.type() == RecordType.A ? 4 : 16)));
                }
            }
        }
        return new Answer(
                question,
                data.isEmpty() || line.isEmpty() ? Status.NO_DATA : Status.FOUND,
                line.isEmpty() ? List.of() : data,
                List.of(),
                Duration.ZERO,
                Duration.ZERO,
                "fuzz",
                Security.UNCHECKED,
                "");
    }

    private static List<DnsName> names(String line) {
        return Arrays.stream(line.split(",", -1))
                .flatMap(name -> DnsName.ofLabels(name).stream())
                .toList();
    }

    private static InetAddress address(byte[] octets, int length) {
        try {
            return InetAddress.getByAddress(Arrays.copyOf(octets, length));
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
