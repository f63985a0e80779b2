package org.postern.config;

import static org.postern.config.ConfigText.list;
import static org.postern.config.ConfigText.quoted;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postern.dnsbl.ListZone.Codes;
import org.postern.finding.Check;
import org.postern.finding.Result;
import org.postern.policy.Action;
import org.postern.policy.Condition;
import org.postern.policy.Policy;
import org.postern.smtp.Domain;

/** Writes {@code [policy]}. */
final class PolicyText {
    private final ConfigText text;

    PolicyText(ConfigText text) {
        this.text = text;
    }

    void write(Judging judging, Quarantine.Place quarantine) {
        Policy policy = judging.policy();
        text.head("[policy]");
        text.line("profile", quoted(Section.word(policy.profile())));
        text.line("quarantine", quoted(Section.word(quarantine)));
        text.line("decide-at", quoted(Section.word(judging.decideAt())));
        text.line("banner-delay", quoted(Durations.write(judging.bannerDelay())));
        text.line("received-spf", Boolean.toString(judging.receivedSpf()));
        text.line(
                "trusted-sealers",
                list(policy.trustedSealers().stream().map(Domain::name).sorted().toList()));
        if (!policy.actions().isEmpty()) {
            text.head("[policy.checks]");
            policy.actions().forEach((check, results) -> text.line(check.id(), inline(results)));
        }
        policy.blockLists().forEach(list -> {
            text.head("[[policy.dnsbl]]");
            text.line("zone", quoted(list.zone().zone().text()));
            text.line(
                    "codes",
                    list.rows().stream()
                            .map(row -> quoted(row.codes().toString()) + " = "
                                    + quoted(row.action().word()))
                            .collect(Collectors.joining(", ", "{ ", " }")));
        });
        policy.welcomeLists().forEach(list -> {
            text.head("[[policy.dnswl]]");
            text.line("zone", quoted(list.zone().zone().text()));
            text.line(
                    "codes",
                    list(list.zone().codes().stream().map(Codes::toString).toList()));
            text.line("checks", checks(list.checks()));
        });
        policy.exceptions().forEach(exception -> {
            text.head("[[policy.exceptions]]");
            Condition who = exception.who();
            who.client().ifPresent(net -> text.line("client", quoted(net.toString())));
            who.greeting().ifPresent(name -> text.line("greeting", quoted(name.text())));
            who.sender().ifPresent(pattern -> text.line("sender", quoted(pattern.toString())));
            who.recipient().ifPresent(pattern -> text.line("recipient", quoted(pattern.toString())));
            text.line("checks", checks(exception.checks()));
        });
        write("[policy.allow]", judging.lists().allow(), judging.allowFiles());
        write("[policy.deny]", judging.lists().deny(), judging.denyFiles());
        text.head("[policy.greylist]");
        text.line("delay", quoted(Durations.write(judging.greylist().delay())));
        text.line("window", quoted(Durations.write(judging.greylist().window())));
        text.line("pass", quoted(Durations.write(judging.greylist().pass())));
    }

    private void write(String head, List<Condition> conditions, List<Path> files) {
        if (conditions.isEmpty() && files.isEmpty()) {
            return;
        }
        text.head(head);
        write("clients", conditions.stream().map(Condition::client).toList());
        write(
                "greetings",
                conditions.stream()
                        .map(one -> one.greeting().map(name -> name.text()))
                        .toList());
        write("senders", conditions.stream().map(Condition::sender).toList());
        write("recipients", conditions.stream().map(Condition::recipient).toList());
        write("files", files.stream().map(Optional::of).toList());
    }

    private void write(String key, List<? extends Optional<?>> values) {
        List<String> present = new ArrayList<>();
        values.forEach(value -> value.ifPresent(one -> present.add(one.toString())));
        if (!present.isEmpty()) {
            text.line(key, list(present));
        }
    }

    private static String checks(Set<Check> checks) {
        return list(checks.stream().sorted().map(Check::id).toList());
    }

    private static String inline(Map<Result, Action> results) {
        return results.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry ->
                        entry.getKey().word() + " = " + quoted(entry.getValue().word()))
                .collect(Collectors.joining(", ", "{ ", " }"));
    }
}
