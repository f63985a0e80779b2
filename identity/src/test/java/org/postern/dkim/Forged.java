package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.postern.message.OpenMessage;

/** Signatures that hold, with whatever tags a test wants. */
final class Forged {
    private Forged() {}

    /** The message with a signature before it, whose {@code bh=} and {@code b=} fit {@code tags}: those with {@code h=}, {@code c=}, {@code l=}. */
    static String signed(String message, String tags, SigningKey key) throws IOException, InvalidKeyException {
        TagList read = TagList.parse(tags).orElseThrow();
        List<String> forms =
                Arrays.asList(read.value("c").orElse("simple/simple").split("/", -1));
        Form headerForm = Form.of(forms.getFirst()).orElseThrow();
        OpenMessage opened = Mail.open(message);
        var body = new Body();
        Optional<String> limit = read.value("l");
        BodyHash hash = body.wanted(
                Form.of(forms.getLast()).orElseThrow(),
                limit.isPresent() ? OptionalLong.of(Long.parseLong(limit.get())) : OptionalLong.empty());
        opened.through(body::through).octets().readAllBytes();
        String begun = "DKIM-Signature: " + tags + "; bh=" + Base64.getEncoder().encodeToString(hash.digest()) + "; b=";
        List<String> names = Arrays.asList(read.compact("h").orElseThrow().split(":", -1));
        var octets = new ByteArrayOutputStream();
        octets.writeBytes(SignedHeader.selected(opened.header().fields(), names, headerForm));
        octets.writeBytes(SignedHeader.ofSignature(begun.getBytes(ISO_8859_1), headerForm));
        return begun + Base64.getEncoder().encodeToString(key.sign(octets.toByteArray())) + "\r\n" + message;
    }
}
