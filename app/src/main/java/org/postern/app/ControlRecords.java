package org.postern.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.Request;
import org.postern.journal.Codec;
import org.postern.journal.Page;
import org.postern.journal.Query;
import org.postern.journal.Records;

/** The journal of whoever answers for a data directory. */
record ControlRecords(Control control) implements Records {
    @Override
    public Page find(Query query, long before, int most) throws IOException {
        var found = new ArrayList<Page.Numbered>();
        long from = before;
        OptionalLong next = OptionalLong.of(before);
        while (next.isPresent() && found.size() < most) {
            int more = Math.min(most - found.size(), Request.Page.MOST);
            Answer answer = control.ask(new Request.Find(query, from, more));
            if (!(answer instanceof Answer.Entries page)) {
                throw new IOException(answer instanceof Answer.Failed failed ? failed.text() : "no answer");
            }
            List<Long> numbers = page.numbers();
            for (int i = 0; i < numbers.size(); i++) {
                long number = numbers.get(i);
                Codec.entry(page.entries().get(i).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .ifPresent(entry -> found.add(new Page.Numbered(number, entry)));
            }
            next = page.next();
            from = next.orElse(from);
        }
        return new Page(found, next);
    }
}
