package org.postern.console;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.policy.Net;

/** The field Host of a request, RFC 9110 §7.2. */
final class HostField {
    private HostField() {}

    /**
     * What is wrong with it, as a status; empty when nothing is. On loopback it has to name loopback: a page of a stranger whose name is
     * made to lead to 127.0.0.1 (DNS rebinding) sends its own.
     *
     * @param fields all of them
     * @param isOld whether the request is of HTTP/1.0, which has no such field; no browser speaks that, but the checks of load balancers do
     * @param isLoopback whether who asks came by loopback
     */
    static Optional<Answer.Status> fault(List<String> fields, boolean isOld, boolean isLoopback) {
        if (fields.isEmpty()) {
            return isOld ? Optional.empty() : Optional.of(Answer.Status.BAD);
        }
        if (fields.size() > 1) {
            return Optional.of(Answer.Status.BAD);
        }
        return isLoopback && !namesLoopback(fields.getFirst())
                ? Optional.of(Answer.Status.MISDIRECTED)
                : Optional.empty();
    }

    private static boolean namesLoopback(String field) {
        String host = withoutPort(field.strip()).toLowerCase(Locale.ROOT);
        if (host.equals("localhost")) {
            return true;
        }
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        String bare = isBracketed ? host.substring(1, host.length() - 1) : host;
        return Net.address(bare)
                .filter(address -> isBracketed == bare.contains(":"))
                .filter(address -> address.isLoopbackAddress())
                .isPresent();
    }

    private static String withoutPort(String field) {
        int colon = field.lastIndexOf(':');
        boolean isPort = colon >= 0
                && field.indexOf(']', colon) < 0
                && field.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
        return isPort ? field.substring(0, colon) : field;
    }
}
