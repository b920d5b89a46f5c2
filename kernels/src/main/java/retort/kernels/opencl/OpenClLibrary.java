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
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** OpenCL's loader, and how its functions are found, called and their statuses checked. */
final class OpenClLibrary {
    /** Names another loader than the one that every Linux installs. */
    static final String LIBRARY_PROPERTY = "retort.opencl.library";

    static final String LIBRARY = System.getProperty(LIBRARY_PROPERTY, "libOpenCL.so.1");

    private static final Optional<SymbolLookup> LOADER = findLoader();

    private OpenClLibrary() {}

    /** Whether this system has an OpenCL loader; without one no other method may be called. */
    static boolean isPresent() {
        return LOADER.isPresent();
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
        return LOADER.map(loader -> Linker.nativeLinker()
                        .downcallHandle(loader.findOrThrow(name), FunctionDescriptor.of(result, arguments)))
                .orElse(null);
    }
}
