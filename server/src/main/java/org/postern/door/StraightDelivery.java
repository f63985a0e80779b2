package org.postern.door;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import org.postern.route.MaildirDelivery;
import org.postern.route.Route;

/** Keeps a message by delivering it at once: into all its Maildirs or into none. */
public final class StraightDelivery implements Keeper {
    private final MaildirDelivery maildirs;

    /** Delivers by {@code maildirs}. */
    public StraightDelivery(MaildirDelivery maildirs) {
        this.maildirs = maildirs;
    }

    @Override
    public void keep(Accepted message, InputStream content) throws IOException {
        var copies = new ArrayList<MaildirDelivery.Copy>();
        for (Route route : message.routes()) {
            switch (route) {
                case Route.IntoMaildir into -> copies.add(new MaildirDelivery.Copy(into.path(), prefix(message, into)));
                case Route.Discard _ -> {}
                case Route.NoSuchMailbox _, Route.NotOurs _ ->
                    throw new IllegalArgumentException("no way to deliver: " + route);
            }
        }
        if (copies.isEmpty()) {
            content.transferTo(OutputStream.nullOutputStream());
        } else {
            maildirs.deliver(copies, content);
        }
    }

    /** RFC 5321 §4.4: the final delivery puts the return path on top. */
    private static String prefix(Accepted message, Route.IntoMaildir into) {
        return "Return-Path: " + message.from().path() + "\r\nDelivered-To: " + into.mailbox() + "\r\n"
                + message.trace();
    }
}
