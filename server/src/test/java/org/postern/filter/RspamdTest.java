package org.postern.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.filter.Looks.MESSAGE;
import static org.postern.filter.Looks.filter;
import static org.postern.filter.Looks.look;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/** What rspamd is asked, and what becomes of what it says. */
class RspamdTest {
    private static final String ACCEPTS = "{\"action\":\"no action\",\"score\":0.1,\"required_score\":15}";

    @TempDir
    Path directory;

    /** The lines of a request's header; then the whole message, out of its chunks, as one more. */
    private static List<String> request(DataInputStream in) throws IOException {
        var lines = new ArrayList<String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            lines.add(line);
        }
        var message = new StringBuilder();
        while (true) {
            int length = Integer.parseInt(line(in), 16);
            message.append(new String(in.readNBytes(length), ISO_8859_1));
            line(in);
            if (length == 0) {
                lines.add(message.toString());
                return lines;
            }
        }
    }

    private static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    private static String response(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static Outcome answered(String response) throws IOException {
        try (var peer = new ScriptedPeer((in, out) -> {
            request(in);
            out.writeBytes(response);
        })) {
            return look(filter(peer.http()), MESSAGE);
        }
    }

    private static Outcome said(String json) throws IOException {
        return answered(response("200 OK", json));
    }

    private static List<String> asked(Transaction transaction, Optional<Path> password) throws IOException {
        var seen = new CopyOnWriteArrayList<String>();
        try (var peer = new ScriptedPeer((in, out) -> {
            seen.addAll(request(in));
            out.writeBytes(response("200 OK", ACCEPTS));
        })) {
            var settings = new FilterSettings(
                    "one",
                    FilterAddress.parse(peer.http()).orElseThrow(),
                    Looks.TIMEOUT,
                    FilterSettings.MAX_BYTES,
                    password);
            assertThat(look(settings, transaction, MESSAGE).finding().result()).isEqualTo(Result.PASS);
        }
        return seen;
    }

    // --- what it is asked
    // --------------------------------------------------------------------------------------------------------------

    @Test
    void theMessageComesInChunksBehindWhatIsKnownOfIt() throws IOException {
        List<String> request = asked(Looks.TRANSACTION, Optional.empty());

        assertThat(request)
                .startsWith("POST /checkv2 HTTP/1.1")
                .contains(
                        "Transfer-encoding: chunked",
                        "IP: 192.0.2.10",
                        "Helo: helo.example.org",
                        "Hostname: mail.example.org",
                        "From: <ann@example.org>",
                        "Rcpt: <bob@example.com>",
                        "Rcpt: <carol@example.com>",
                        "TLS-Version: TLSv1.3",
                        "MTA-Name: mx.example.com",
                        "Queue-Id: m-0000000000001")
                .endsWith(MESSAGE);
    }

    @Test
    void whatAClientWroteBeginsNoOtherLine() throws IOException {
        Transaction known = Looks.TRANSACTION;
        var odd = new Transaction(
                known.client(),
                Optional.empty(),
                "a\r\nPassword: x\u00e4",
                Optional.empty(),
                new ReversePath.Null(),
                List.of(Mailbox.parse("\"a\\ b\"@example.com").orElseThrow()),
                known.hostname(),
                known.id(),
                Optional.empty());

        assertThat(asked(odd, Optional.empty()))
                .contains("Helo: a??Password: x?", "From: <>")
                .noneMatch(line -> line.startsWith("Password") || line.startsWith("Hostname"));
    }

    @Test
    void itIsToldTheFirstLineOfThePassword() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "secret\nmore\n");

        assertThat(asked(Looks.TRANSACTION, Optional.of(file))).contains("Password: secret");
    }

    // --- what it says
    // ---------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "no action, pass, no-action",
        "reject, fail, reject",
        "add header, softfail, add-header",
        "add_header, softfail, add-header",
        "rewrite subject, softfail, rewrite-subject",
        "greylist, softfail, greylist",
        "soft reject, neutral, soft-reject",
        "of our own, neutral, of-our-own",
    })
    void itsActionIsTheWord(String action, String result, String word) throws IOException {
        Outcome outcome = said("{\"action\":\"" + action + "\"}");

        assertThat(outcome.finding().result().word()).isEqualTo(result);
        assertThat(outcome.finding().subject()).isEqualTo("one " + word);
    }

    @Test
    void theSentenceHasScoreAndTheHeaviestRules() throws IOException {
        Outcome outcome = said("""
            {"action":"reject","score":15.25,"required_score":15.0,"messages":{"smtp_message":"Go away\\r\\n250 fine"},
             "symbols":{"A":{"score":1},"B":{"score":-9.5},"C":{"score":2},"D":{"score":3},"E":{"score":0.25},"F":{"score":0.1}}}
            """);

        assertThat(outcome.finding().text())
                .isEqualTo("one says \"reject\": Go away??250 fine; score 15.25 of 15: B -9.5, D 3, C 2, A 1, E 0.25");
        assertThat(outcome.finding().evidence().getFirst().answer()).isEqualTo("reject 15.25 of 15");
    }

    @Test
    void whatItAddsIsOneFieldEach() throws IOException {
        Outcome outcome = said("""
            {"action":"no action","milter":{"add_headers":{
              "X-Spamd-Result":{"value":"default: False\\r\\n\\tA(1.00)[]","order":-1},
              "X-Twice":[{"value":"a"},{"value":"b"}],
              "X-Old":"plain",
              "X-Evil":{"value":"x\\r\\n\\r\\nbody"},
              "Subject":{"value":"forged"},
              "X Bad":{"value":"x"},
              "X-Number":7}}}
            """);

        assertThat(outcome.fields())
                .extracting(AddedField::text)
                .containsExactlyInAnyOrder(
                        "X-Spamd-Result: default: False\r\n\tA(1.00)[]\r\n",
                        "X-Twice: a\r\n",
                        "X-Twice: b\r\n",
                        "X-Old: plain\r\n",
                        "X-Evil: x\r\n\tbody\r\n");
        assertThat(outcome.finding().text()).endsWith("; 3 of its header fields left out");
    }

    // --- what it does wrong
    // ---------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {"", "nonsense", "[]", "{}", "{\"action\":7}", "{\"action\":\"\"}", "{\"action\":\"a\\nb\"}"})
    void anAnswerThatIsNoneIsATemperror(String body) throws IOException {
        Outcome outcome = said(body);

        assertThat(outcome.finding().result()).isEqualTo(Result.TEMPERROR);
        assertThat(outcome.finding().subject()).isEqualTo("one no-answer");
        assertThat(outcome.finding().text()).startsWith("one makes no sense: ");
    }

    @Test
    void anotherStatusIsATemperror() throws IOException {
        assertThat(answered(response("403 Forbidden", "")).finding().text()).isEqualTo("one does not answer: HTTP 403");
        assertThat(answered(response("302 Found", "")).finding().text()).isEqualTo("one does not answer: HTTP 302");
    }

    @Test
    void anAnswerWithoutAnEndIsATemperror() throws IOException {
        try (var peer = new ScriptedPeer((in, out) -> {
            request(in);
            out.writeBytes("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while (true) {
                out.write(new byte[1_000]);
            }
        })) {
            assertThat(look(filter(peer.http()), MESSAGE).finding().text())
                    .isEqualTo("one makes no sense: an answer of more than 1048576 octets");
        }
    }

    @Test
    void nobodyThereIsATemperror() throws IOException {
        Finding finding =
                look(filter("http://" + ScriptedPeer.nobody()), MESSAGE).finding();

        assertThat(finding.subject()).isEqualTo("one no-answer");
        assertThat(finding.text()).isEqualTo("one does not answer: nobody listens there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"action\":\"no", "220 mx ESMTP\r\n"})
    void hangingUpIsATemperror(String response) throws IOException {
        assertThat(answered(response).finding().subject()).isEqualTo("one no-answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"action\":\"no"})
    void silenceIsATemperrorOnceItsTimeIsOver(String response) throws IOException {
        try (var peer = new ScriptedPeer((in, out) -> {
            request(in);
            out.writeBytes(response);
            in.readAllBytes();
        })) {
            assertThat(look(filter(peer.http(), Duration.ofMillis(500)), MESSAGE)
                            .finding()
                            .text())
                    .isEqualTo("one did not answer within 500 ms");
        }
    }

    @Test
    void anAnswerInSingleOctetsIsAnAnswer() throws IOException {
        try (var peer = new ScriptedPeer((in, out) -> {
            request(in);
            for (byte octet : response("200 OK", ACCEPTS).getBytes(ISO_8859_1)) {
                out.write(octet);
                out.flush();
            }
        })) {
            assertThat(look(filter(peer.http()), MESSAGE).finding().subject()).isEqualTo("one no-action");
        }
    }
}
