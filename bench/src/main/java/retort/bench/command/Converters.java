package retort.bench.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import retort.kernels.Engine;

/** Option values, refused in words. */
final class Converters {
    private Converters() {}

    /** A whole number from 1 up. */
    static final class Positive implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                int value = Integer.parseInt(text);
                if (value >= 1) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Refused below, like a number that is too small.
            }
            throw new TypeConversionException("'" + text + "' is not a whole number of 1 or more");
        }
    }

    /** An engine by its name. */
    static final class EngineConverter implements ITypeConverter<Engine> {
        @Override
        public Engine convert(String id) {
            return Engine.byId(id)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + id + "' is no engine, expected one of " + Engine.ids()));
        }
    }

    /** A family of kernels by its name. */
    static final class KernelConverter implements ITypeConverter<Kernel> {
        @Override
        public Kernel convert(String id) {
            return Kernel.byId(id)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + id + "' is no kernel, expected one of " + Kernel.ids()));
        }
    }
}
