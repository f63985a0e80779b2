package org.postern.bench;

import java.util.Arrays;

/**
 * {@link DkimBench} in turn with its bare operations, in pieces of some milliseconds: on a machine whose pace changes, the ratio of
 * neighbours says more than two averages taken minutes apart.
 */
final class DkimRatios {
    private static final int ROUNDS = 400;
    private static final int WARM_UP = 4_000;
    private static final int OCTETS = 102_400;

    private DkimRatios() {}

    private interface Operation {
        Object run() throws Exception;
    }

    private static double micros(Operation operation, int times) throws Exception {
        long before = System.nanoTime();
        for (int i = 0; i < times; i++) {
            operation.run();
        }
        return (System.nanoTime() - before) / 1e3 / times;
    }

    private static void compare(String what, Operation whole, Operation bare, int times) throws Exception {
        micros(whole, WARM_UP);
        micros(bare, WARM_UP);
        double[] ratios = new double[ROUNDS];
        double[] wholes = new double[ROUNDS];
        double[] bares = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            wholes[i] = micros(whole, times);
            bares[i] = micros(bare, times);
            ratios[i] = wholes[i] / bares[i];
        }
        Arrays.sort(ratios);
        Arrays.sort(wholes);
        Arrays.sort(bares);
        System.out.printf(
                "%-26s %6.0f us, bare %6.0f us; ratio: median %.2f, quartiles %.2f and %.2f%n",
                what,
                wholes[ROUNDS / 2],
                bares[ROUNDS / 2],
                ratios[ROUNDS / 2],
                ratios[ROUNDS / 4],
                ratios[ROUNDS * 3 / 4]);
    }

    public static void main(String[] arguments) throws Exception {
        for (String key : new String[] {"RSA", "Ed25519"}) {
            for (String form : new String[] {"simple", "relaxed"}) {
                var bench = new DkimBench();
                bench.octets = OCTETS;
                bench.form = form;
                bench.key = key;
                bench.sign();
                compare("verified " + key + " " + form, bench::verified, bench::bareVerification, 20);
                compare("signed " + key + " " + form, bench::signed, bench::bareSigning, 4);
            }
        }
    }
}
