package org.postern.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is asked, RFC 9112 §2 and §3. Fields other than Host mean nothing to us.
 *
 * @param path without a query; not decoded
 * @param hosts each value of the field Host; where the target names a host itself, that one alone
 * @param isOld whether it is of HTTP/1.0
 */
record RequestHead(String method, String path, List<String> hosts, boolean isOld) {
    private static final Pattern LINE = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\\.([0-9])");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?#]*)(/[^?#]*)?.*");

    RequestHead {
        hosts = List.copyOf(hosts);
    }

    /**
     * Reads a head.
     *
     * @param octets up to its empty line, with that or without
     * @return empty when it makes no sense
     */
    static Optional<RequestHead> parse(byte[] octets) {
        String[] lines = new String(octets, ISO_8859_1).split("\r?\n", -1);
        Matcher line = LINE.matcher(lines[0]);
        if (!line.matches()) {
            return Optional.empty();
        }
        List<String> hosts = new ArrayList<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            String name = lines[i].substring(0, Math.max(0, colon));
            // Neither a line that goes on from the last (obs-fold) nor one with a bare CR: others may read them
            // otherwise.
            if (name.isEmpty() || name.chars().anyMatch(c -> c <= ' ') || lines[i].indexOf('\r') >= 0) {
                return Optional.empty();
            }
            if (name.equalsIgnoreCase("Host")) {
                hosts.add(lines[i].substring(colon + 1).strip());
            }
        }
        boolean isOld = line.group(3).equals("0");
        return target(line.group(1), line.group(2), hosts, isOld);
    }

    private static Optional<RequestHead> target(String method, String target, List<String> hosts, boolean isOld) {
        Matcher absolute = ABSOLUTE.matcher(target);
        if (absolute.matches()) {
            String path = absolute.group(2);
            // RFC 9112 §3.2.2: then the field says nothing.
            return Optional.of(new RequestHead(method, path == null ? "/" : path, List.of(absolute.group(1)), isOld));
        }
        // RFC 9112 §3.2.1; OPTIONS may ask about no page at all, §3.2.4.
        if (!target.startsWith("/") && !target.equals("*")) {
            return Optional.empty();
        }
        int query = target.indexOf('?');
        return Optional.of(new RequestHead(method, query < 0 ? target : target.substring(0, query), hosts, isOld));
    }
}
