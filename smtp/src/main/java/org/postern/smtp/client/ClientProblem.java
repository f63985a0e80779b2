package org.postern.smtp.client;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.Reply;

/** A session that did not come about, or broke: the connection is closed. What was sent before may be delivered or not. */
public final class ClientProblem extends IOException {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final Stage stage;
    private final transient @Nullable Reply reply;
    private transient @Nullable Sent partly;

    /** What went wrong. */
    public enum Kind {
        /** Nobody answers there. */
        UNREACHABLE,
        /** The other side closed the connection. */
        CLOSED,
        /** It took too long. */
        TIMED_OUT,
        /** What it said is no reply, is endless, or came before it was asked. */
        GARBLED,
        /** It wants nothing from us: its banner or its answer to our greeting said so. */
        REFUSED,
        /** TLS is needed, and it has none. */
        NO_TLS,
        /** The handshake failed. */
        TLS_FAILED,
        /** Its certificate is not what is needed. */
        NOT_VERIFIED,
        /** A secret was to be told where others could hear it, or to nobody knows whom: it was not. */
        NOT_CONFIDENTIAL
    }

    ClientProblem(Kind kind, Stage stage, String text) {
        this(kind, stage, text, null, null);
    }

    ClientProblem(Kind kind, Stage stage, String text, @Nullable Reply reply, @Nullable Throwable cause) {
        super(text, cause);
        this.kind = kind;
        this.stage = stage;
        this.reply = reply;
    }

    /** What went wrong. */
    public Kind kind() {
        return kind;
    }

    /** When. */
    public Stage stage() {
        return stage;
    }

    /** What was said of the message for some of its recipients before the session broke (RFC 2033): that stands. */
    public Optional<Sent> partly() {
        return Optional.ofNullable(partly);
    }

    ClientProblem after(Sent said) {
        partly = said;
        return this;
    }

    /** What the other side said, if that was the matter. */
    public Optional<Reply> reply() {
        return Optional.ofNullable(reply);
    }
}
