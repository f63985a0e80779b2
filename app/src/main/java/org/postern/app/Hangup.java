package org.postern.app;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, which would end the JVM. There is no other way to a signal than {@code sun.misc.Signal}, and javac warns of that whatever one does: so
 * it is called by reflection.
 */
final class Hangup {
    private Hangup() {}

    /** Has {@code action} run at each, on a thread of the JVM's. Where that can't be (under nohup the signal never comes) nothing happens. */
    static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Hangup.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> action.run();
                            case "hashCode" -> {
                                return System.identityHashCode(self);
                            }
                            case "equals" -> {
                                return self == arguments[0];
                            }
                            default -> {
                                return "on hangup";
                            }
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
        } catch (ReflectiveOperationException | IllegalArgumentException problem) {
            Throwable why = problem instanceof InvocationTargetException wrapped ? wrapped.getCause() : problem;
            LoggerFactory.getLogger(Hangup.class)
                    .atInfo()
                    .addKeyValue("problem", String.valueOf(why))
                    .addKeyValue("advice", "postern reload does the same")
                    .log("SIGHUP is not listened for");
        }
    }
}
