package org.postern.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.postern.smtp.transcript.TestCertificate;

/** A client that believes any certificate and remembers its sessions. */
final class TestClient {
    private static final int PATIENCE_MS = 10_000;

    private final SSLContext context = TestCertificate.trustAll();
    private final EchoServer server;
    private String[] protocols = {"TLSv1.3", "TLSv1.2"};
    private List<SNIHostName> asks = List.of();
    private String[] signatureSchemes = {};

    TestClient(EchoServer server) {
        this.server = server;
    }

    TestClient asksFor(String name) {
        asks = List.of(new SNIHostName(name));
        return this;
    }

    TestClient speaks(String protocol) {
        protocols = new String[] {protocol};
        return this;
    }

    TestClient takesOnly(String signatureScheme) {
        signatureSchemes = new String[] {signatureScheme};
        return this;
    }

    /** Shakes hands. */
    SSLSocket connect() throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.setSoTimeout(PATIENCE_MS);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(protocols);
        parameters.setServerNames(List.copyOf(asks));
        if (signatureSchemes.length > 0) {
            parameters.setSignatureSchemes(signatureSchemes);
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** The certificate that a new connection shows; a line is sent both ways, so that tickets arrive. */
    X509Certificate certificate() throws IOException {
        try (SSLSocket socket = connect()) {
            echo(socket, "hello");
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    static String echo(SSLSocket socket, String line) throws IOException {
        byte[] bytes = (line + "\n").getBytes(US_ASCII);
        socket.getOutputStream().write(bytes);
        return new String(socket.getInputStream().readNBytes(bytes.length), US_ASCII).strip();
    }
}
