package org.postern.app;

import java.util.List;
import org.postern.spool.MessageId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The messages that a command is about: one or more. */
final class Ids {
    @Parameters(paramLabel = "ID", arity = "1..*", converter = Id.class, description = "As the command list tells.")
    private List<MessageId> ids;

    @SuppressWarnings("NullAway.Init") // picocli sets ids
    Ids() {}

    List<MessageId> all() {
        return ids;
    }

    static final class Id implements ITypeConverter<MessageId> {
        @Override
        public MessageId convert(String text) {
            return MessageId.parse(text)
                    .orElseThrow(() -> new TypeConversionException("'" + Harmless.text(text)
                            + "' is no message id: those look like m-1M89981FP0000; see them with:"
                            + " postern queue list"));
        }
    }
}
