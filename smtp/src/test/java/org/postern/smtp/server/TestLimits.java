package org.postern.smtp.server;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;

/** Limits with one of them changed, by its name: {@code recipients=2}, {@code commandTime=300} (milliseconds). */
final class TestLimits {
    private TestLimits() {}

    static Limits with(Limits limits, String assignment) {
        String[] words = assignment.split("=", 2);
        RecordComponent[] components = Limits.class.getRecordComponents();
        var values = new Object[components.length];
        boolean known = false;
        try {
            for (int i = 0; i < components.length; i++) {
                values[i] = components[i].getAccessor().invoke(limits);
                if (components[i].getName().equals(words[0])) {
                    values[i] = value(components[i].getType(), words[1]);
                    known = true;
                }
            }
            if (!known) {
                throw new IllegalArgumentException("no such limit: " + words[0]);
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return Limits.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException problem) {
            throw new IllegalArgumentException(assignment, problem);
        }
    }

    private static Object value(Class<?> type, String text) {
        if (type == int.class) {
            return Integer.parseInt(text);
        }
        return type == long.class ? Long.parseLong(text) : Duration.ofMillis(Long.parseLong(text));
    }
}
