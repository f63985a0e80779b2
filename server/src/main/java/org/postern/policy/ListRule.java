package org.postern.policy;

import java.util.List;
import org.postern.dns.DnsName;
import org.postern.dnsbl.ListZone;

/**
 * A zone of {@code [[policy.dnsbl]]}, and what each of its codes earns.
 *
 * @param rows looked at in this order
 */
public record ListRule(ListZone zone, List<Row> rows) {
    /** What an answer of that range earns. */
    public record Row(ListZone.Codes codes, Action action) {}

    /** One zone. */
    public static ListRule of(DnsName zone, List<Row> rows) {
        return new ListRule(new ListZone(zone, rows.stream().map(Row::codes).toList()), rows);
    }

    public ListRule {
        rows = List.copyOf(rows);
    }

    Action action(String code) {
        return Net.address(code)
                .flatMap(answer -> rows.stream()
                        .filter(row -> row.codes().contains(answer))
                        .findFirst())
                .map(Row::action)
                .orElse(Action.NOTE);
    }
}
