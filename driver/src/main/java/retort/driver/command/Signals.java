package retort.driver.command;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Signals of the operating system, such as INT and TERM. The JDK keeps {@code sun.misc.Signal} for programs like this
 * one, but its compiler warns of the name, so that it is looked up here.
 */
final class Signals {
    private static final String SIGNAL = "sun.misc.Signal";
    private static final String HANDLER = "sun.misc.SignalHandler";

    private Signals() {}

    /**
     * From now on runs {@code handler}, on a thread of its own, whenever the signal comes. Nothing changes where the
     * process ignores it, as under nohup, or the system has no such signal.
     */
    static void handle(String signal, Runnable handler) {
        try {
            Class<?> type = Class.forName(SIGNAL);
            Method handle = type.getMethod("handle", type, Class.forName(HANDLER));
            handle.invoke(null, type.getConstructor(String.class).newInstance(signal), proxy(handler));
        } catch (InvocationTargetException e) {
            // Unknown to the system, or kept by the JVM, as with -Xrs.
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object proxy(Runnable handler) {
        try {
            Class<?> type = Class.forName(HANDLER);
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                switch (method.getName()) {
                    case "handle" -> handler.run();
                    case "equals" -> {
                        return proxy == args[0];
                    }
                    case "hashCode" -> {
                        return System.identityHashCode(proxy);
                    }
                    default -> {
                        return handler.toString();
                    }
                }
                return null;
            });
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
