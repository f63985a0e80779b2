package org.postern.delivery;

import java.util.List;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.ReversePath;

/**
 * Those of a message's recipients who get it in one transaction.
 *
 * @param mark what stands before its trace: whom the sender had named, where it goes on from an alias, so that its coming back is noticed
 * @param sentOnBy the domain of an alias that sends it on to outside
 * @param to as the next host is told of them
 */
record Leg(ReversePath from, String mark, Optional<Domain> sentOnBy, List<ForwardPath> to) {
    Leg {
        to = List.copyOf(to);
    }

    /** The same for these only. */
    Leg with(List<ForwardPath> left) {
        return new Leg(from, mark, sentOnBy, left);
    }
}
