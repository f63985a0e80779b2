package org.postern.begin;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.postern.config.Config;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.HeloFqdn;
import org.postern.policy.Net;
import org.postern.route.MaildirTemplate;
import org.postern.route.NextHop;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;

/** Makes sense of what a person says about a server to be, or says what would make some. */
public final class Hearing {
    private Hearing() {}

    /** The server's own name. */
    public static Heard<Domain> hostname(String text) {
        String name = withoutLastDot(text);
        if (Net.address(name.replaceAll("[\\[\\]]", "")).isPresent()) {
            return Heard.refused(text + " is an address; a name is asked for, as mx.example.com");
        }
        Optional<String> problem = Domain.problem(name);
        if (problem.isPresent()) {
            return Heard.refused("\"" + text + "\" is no host name, " + problem.get() + ": say one as mx.example.com");
        }
        Domain named = new Domain(Domain.withALabelsOnly(name));
        if (!named.isAscii()) {
            return Heard.refused(text + " has no form for DNS (xn--...): say another name");
        }
        if (!named.isHostName()) {
            // RFC 1123 §2.1.
            return Heard.refused(text + " has an underscore, and a host name has letters, digits and hyphens only");
        }
        return new Heard.Understood<>(named, remark(name, named));
    }

    private static String remark(String said, Domain named) {
        Finding finding = HeloFqdn.check(Greeting.name(named.canonical()));
        if (finding.result() == Result.FAIL) {
            return finding.text();
        }
        return inDns(said, named);
    }

    /** A domain that mail comes for. */
    public static Heard<Domain> domain(String text) {
        String name = withoutLastDot(text);
        if (name.contains("@")) {
            return Heard.refused(
                    text + " is an address; a domain is asked for, as " + name.substring(name.indexOf('@') + 1));
        }
        if (Net.address(name.replaceAll("[\\[\\]]", "")).isPresent()) {
            return Heard.refused(text + " is an address; a domain is asked for, as example.com");
        }
        Optional<String> problem = Domain.problem(name);
        if (problem.isPresent()) {
            return Heard.refused("\"" + text + "\" is no domain, " + problem.get() + ": say one as example.com");
        }
        Domain named = new Domain(Domain.withALabelsOnly(name));
        return named.isAscii()
                ? new Heard.Understood<>(named, inDns(name, named))
                : Heard.refused(text + " has no form for DNS (xn--...): say another name");
    }

    /** RFC 5890 §2.3.2.1: in DNS, and in EHLO, a name has A-labels. */
    private static String inDns(String said, Domain named) {
        return said.equals(named.name()) ? "" : said + " is " + named + " in DNS, and is written so here";
    }

    /** Who has a mailbox: one of the words that stand for many, or else names. */
    public static Heard<Residents> residents(String text, List<Domain> domains) {
        Optional<Residents> many = Residents.many(text.strip());
        return many.isPresent() ? many(text) : names(text, domains);
    }

    /** Who has a mailbox: one of the words that stand for many. */
    public static Heard<Residents> many(String text) {
        return Residents.many(text.strip())
                .<Heard<Residents>>map(many -> new Heard.Understood<>(
                        many,
                        many == Residents.Many.ANY
                                ? "any name is taken in, and with it all those that spammers guess"
                                : ""))
                .orElseGet(() -> Heard.refused("\"" + text + "\" should be any, system, existing or ask"));
    }

    /** Who has a mailbox: names before the {@code @}, with spaces or commas between. Those in {@code domains} may have it behind them. */
    public static Heard<Residents> names(String text, List<Domain> domains) {
        var names = new TreeSet<String>();
        for (String word : words(text)) {
            Optional<Mailbox> mailbox = Mailbox.parse(word.contains("@") ? word : word + "@example.com");
            if (word.contains("@")
                    && mailbox.filter(one -> domains.contains(one.host())).isEmpty()) {
                return Heard.refused(word + " is an address; the name before its @ is asked for, as "
                        + word.substring(0, word.indexOf('@')) + ", and exists in each of the domains");
            }
            if (mailbox.isEmpty()) {
                return Heard.refused("\"" + word + "\" is no name before an @: say one as ann");
            }
            names.add(mailbox.get().localPart());
        }
        return Heard.of(new Residents.Named(List.copyOf(names)));
    }

    /** A word for many stands alone. */
    public static Heard<Residents> notBoth() {
        return Heard.refused("names and --mailboxes are not for one configuration: say either");
    }

    /** A directory: in the configuration's own, or from the root. */
    public static Heard<String> directory(String text) {
        String path = text.endsWith("/") && text.length() > 1 ? text.substring(0, text.length() - 1) : text;
        Optional<String> problem = MaildirTemplate.problem(path.startsWith("/") ? path : "/" + path);
        return problem.isPresent() || path.isEmpty()
                ? Heard.refused("\"" + text + "\" is no good directory: say one from the root, as /var/lib/postern")
                : Heard.of(path);
    }

    /** Several of a kind, with spaces or commas between. */
    public static <T> Heard<List<T>> each(String text, Function<String, Heard<T>> one) {
        var values = new LinkedHashSet<T>();
        var remarks = new ArrayList<String>();
        for (String word : words(text)) {
            switch (one.apply(word)) {
                case Heard.Refused<T> refused -> {
                    return Heard.refused(refused.why());
                }
                case Heard.Understood<T> understood -> {
                    values.add(understood.value());
                    if (!understood.remark().isEmpty()) {
                        remarks.add(understood.remark());
                    }
                }
            }
        }
        return new Heard.Understood<>(List.copyOf(values), String.join("; ", remarks));
    }

    private static List<String> words(String text) {
        return Stream.of(text.strip().split("[\\s,]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** Who reads what is for the postmaster: an address, or a name in the first domain. */
    public static Heard<Mailbox> postmaster(String text, Domain first) {
        return Mailbox.parse(text.contains("@") ? text : text + "@" + first)
                .map(Heard::of)
                .orElseGet(() -> Heard.refused("\"" + text + "\" is no address: say one as ann@" + first));
    }

    /** Where mail goes that is for our domains, as {@code domains.NAME.deliver} has it. */
    public static Heard<String> deliver(String text) {
        if (text.startsWith("maildir:")) {
            String template = text.substring("maildir:".length());
            return MaildirTemplate.problem(template.startsWith("/") ? template : "/" + template)
                    .<Heard<String>>map(problem -> Heard.refused(text + " has no good path: " + problem))
                    .orElseGet(() -> Heard.of(text));
        }
        return NextHop.parse(text).isPresent()
                ? Heard.of(text)
                : Heard.refused("\"" + text + "\" should be maildir:/var/mail/{domain}/{local},"
                        + " lmtp:/run/dovecot/lmtp or lmtp://127.0.0.1:24");
    }

    /** By whom mail leaves: a smarthost, or with {@code mx} none. */
    public static Heard<Optional<NextHop.Host>> smarthost(String text) {
        if (text.equals("mx") || text.isEmpty()) {
            return Heard.of(Optional.empty());
        }
        // RFC 8314 §3.3: TLS from the first octet is what this port is for.
        String url = text.contains("://") ? text : (text.endsWith(":465") ? "smtps://" : "smtp://") + text;
        return NextHop.parse(url).filter(NextHop.Host.class::isInstance).isPresent()
                ? Heard.of(NextHop.parse(url).map(NextHop.Host.class::cast))
                : Heard.refused("\"" + text + "\" should be a host and a port as smarthost.example.net:587, or mx");
    }

    /** Where to listen. */
    public static Heard<InetSocketAddress> listen(String text) {
        return Config.server(text)
                .filter(_ -> text.matches(".*:[0-9]+") && Net.address(text).isEmpty())
                .map(Heard::of)
                .orElseGet(() -> Heard.refused(text + " should be an address and a port as 0.0.0.0:25 or [::]:25"));
    }

    /** A net that may send to anybody. */
    public static Heard<Net> net(String text) {
        return Net.parse(text)
                .map(Heard::of)
                .orElseGet(() -> Heard.refused(text + " is no net: say one as 192.0.2.0/24"));
    }

    /** An address of the server. */
    public static Heard<InetAddress> address(String text) {
        return Net.address(text)
                .map(Heard::of)
                .orElseGet(() -> Heard.refused(text + " is no address: say one as 192.0.2.10 or 2001:db8::10"));
    }

    /** A name server. */
    public static Heard<InetSocketAddress> nameServer(String text) {
        return Config.server(text)
                .map(Heard::of)
                .orElseGet(() -> Heard.refused(text + " should be an address and a port as 127.0.0.1:53"));
    }

    private static String withoutLastDot(String text) {
        return text.endsWith(".") && text.length() > 1 ? text.substring(0, text.length() - 1) : text;
    }
}
