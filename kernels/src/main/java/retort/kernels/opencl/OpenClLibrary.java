package retort.kernels.opencl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/** OpenCL's loader, and how its functions are found, called and their statuses checked. */
final class OpenClLibrary {
    /** Names another loader than the one that every Linux installs. */
    static final String LIBRARY_PROPERTY = "retort.opencl.library";

    static final String LIBRARY = System.getProperty(LIBRARY_PROPERTY, "libOpenCL.so.1");

    private static final Optional<SymbolLookup> LOADER = findLoader();

    /** Functions that the library lacks, as far as they were looked for. */
    private static final Set<String> MISSING = new TreeSet<>();

    /** What tests put around each function, its name given, before the first is bound. */
    static BiFunction<String, MethodHandle, MethodHandle> layer = (name, function) -> function;

    private OpenClLibrary() {}

    /** Why this system has no OpenCL loader, or one that can't be used; no function may be called then. */
    static Optional<String> problem() {
        if (LOADER.isEmpty()) {
            boolean isThere = LIBRARY.contains("/") && Files.exists(Path.of(LIBRARY));
            return Optional.of(
                    isThere
                            ? LIBRARY + " can't be loaded: it is no library for this system"
                            : "there is no OpenCL loader (" + LIBRARY + ") on this system");
        }
        try {
            MethodHandles.lookup().ensureInitialized(OpenCl.class);
            MethodHandles.lookup().ensureInitialized(OpenClPrograms.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("a class of this package is not accessible", e);
        }
        return Optional.of(MISSING)
                .filter(names -> !names.isEmpty())
                .map(names -> LIBRARY + " is no OpenCL loader of version 1.2 or newer: it has no "
                        + names.iterator().next());
    }

    @SuppressWarnings("restricted")
    private static Optional<SymbolLookup> findLoader() {
        try {
            return Optional.of(SymbolLookup.libraryLookup(LIBRARY, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A native call that gives a status. */
    interface Call {
        int status() throws Throwable;
    }

    /** A query in OpenCL's form: room for the value, or NULL to be told its size. */
    interface Query {
        int status(long bytes, MemorySegment value, MemorySegment size) throws Throwable;
    }

    static void call(String op, String function, Call call) {
        try {
            check(op, function, call.status());
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    static String info(String op, String function, Query query) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            check(op, function, query.status(0, MemorySegment.NULL, size));
            MemorySegment value = arena.allocate(size.get(JAVA_LONG, 0) + 1);
            check(op, function, query.status(size.get(JAVA_LONG, 0), value, MemorySegment.NULL));
            return value.getString(0, StandardCharsets.UTF_8).strip();
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** A number of 4 or 8 bytes; the upper half of the zeroed room stays 0 for the shorter one. */
    static long number(String op, String function, Query query) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_LONG);
            check(op, function, query.status(Long.BYTES, value, MemorySegment.NULL));
            return value.get(JAVA_LONG, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    static void check(String op, String function, int status) {
        if (status != 0) {
            throw new OpenClException("opencl: " + op + ": " + function + " failed: " + ClStatus.name(status), status);
        }
    }

    /** Does what has to be done after a failure; if that fails too, the failure says so. */
    static void after(Throwable failure, Runnable cleanUp) {
        try {
            cleanUp.run();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Does all of some steps of closing, whichever fail.
     *
     * @throws RuntimeException that the first of them to fail threw
     */
    static void all(Runnable... steps) {
        RuntimeException first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    static RuntimeException failure(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("a foreign call threw a checked exception", thrown);
        };
    }

    static MethodHandle bind(String name, MemoryLayout... arguments) {
        return bindTo(JAVA_INT, name, arguments);
    }

    @SuppressWarnings("restricted")
    static MethodHandle bindTo(MemoryLayout result, String name, MemoryLayout... arguments) {
        Optional<MemorySegment> function = LOADER.flatMap(loader -> loader.find(name));
        if (function.isEmpty()) {
            MISSING.add(name);
            return null;
        }
        return layer.apply(
                name, Linker.nativeLinker().downcallHandle(function.get(), FunctionDescriptor.of(result, arguments)));
    }
}
