package org.postern.bench;

import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What both signatures of a message cost at least: two hashes of its octets, one operation with each key. CPU time of a thread. */
final class Primitives {
    private static final int ROUNDS = 3_000;
    private static final int HEADER = 1_100;

    private Primitives() {}

    private static PrivateKey key(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("RSA")) {
            generator.initialize(2_048);
        }
        return generator.generateKeyPair().getPrivate();
    }

    private static byte[] signed(String algorithm, PrivateKey key, byte[] octets) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(octets);
        return signature.sign();
    }

    /** Sorted. */
    private static List<Long> nanos(int octets) throws GeneralSecurityException {
        PrivateKey rsa = key("RSA");
        PrivateKey ed25519 = key("Ed25519");
        byte[] body = new byte[octets];
        byte[] header = new byte[HEADER];
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < ROUNDS; i++) {
            long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            header[0] = sha256.digest(body)[0];
            signed("SHA256withRSA", rsa, header);
            signed("Ed25519", ed25519, sha256.digest(header));
            nanos.add(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before);
        }
        return nanos.subList(ROUNDS / 2, ROUNDS).stream().sorted().toList();
    }

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        int octets = Integer.parseInt(arguments[0]);
        int threads = Runtime.getRuntime().availableProcessors();
        // On all processors at once, as the server is: they may share a core.
        try (ExecutorService all = Executors.newFixedThreadPool(threads)) {
            List<Future<List<Long>>> runs = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                runs.add(all.submit(() -> nanos(octets)));
            }
            List<Long> nanos = runs.getFirst().get();
            System.out.printf(
                    "the bare operations of both signatures: CPU us: median %d, least %d, most %d%n",
                    nanos.get(nanos.size() / 2) / 1_000, nanos.getFirst() / 1_000, nanos.getLast() / 1_000);
        }
    }
}
