package retort.driver.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;
import retort.kernels.op.Temperature;

/** How options are read, by their type: what a value can't be is refused in words. */
public final class Converters {
    private static final int HIGHEST_PORT = 65_535;

    private Converters() {}

    /** Has a command line, with all its commands, read options of these types so. */
    static void register(CommandLine line) {
        line.registerConverter(Integer.class, Converters::count);
        line.registerConverter(Float.class, Converters::positive);
        line.registerConverter(Path.class, Converters::location);
        line.registerConverter(Engine.class, Converters::engine);
        line.registerConverter(ElementType.class, Converters::elementType);
    }

    /** A whole number from 1 up. */
    private static Integer count(String text) {
        return count(text, 1);
    }

    private static Integer count(String text, int least) {
        try {
            int value = Integer.parseInt(text);
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number that is too small.
        }
        throw new TypeConversionException("'" + text + "' is not a whole number of " + least + " or more");
    }

    /** A whole number from 0 up, for an option that says so. */
    public static final class FromZero implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return count(text, 0);
        }
    }

    /** A finite number above 0. */
    private static Float positive(String text) {
        float value = number(text);
        if (value > 0 && Float.isFinite(value)) {
            return value;
        }
        throw new TypeConversionException("'" + text + "' is not a number above 0");
    }

    /** The T of a softmax, for an option that says so. */
    public static final class OfSoftmax implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            float value = number(text);
            if (Temperature.isLegal(value)) {
                return value;
            }
            throw new TypeConversionException("'" + text + "' is not " + Temperature.EXPECTED);
        }
    }

    /** A number from 0 to 1, for an option that says so. */
    public static final class Share implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            float value = number(text);
            if (value >= 0 && value <= 1) {
                return value;
            }
            throw new TypeConversionException("'" + text + "' is not a number from 0 to 1");
        }
    }

    /** A number between 0 and 1, for an option that says so. */
    public static final class Decay implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            float value = number(text);
            if (value > 0 && value < 1) {
                return value;
            }
            throw new TypeConversionException("'" + text + "' is not a number above 0 and below 1");
        }
    }

    /** A name, for an option that says so. An empty one, as an unset shell variable leaves it, would be any. */
    public static final class Name implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.isBlank()) {
                return text;
            }
            throw new TypeConversionException("'" + text + "' is neither a number nor a name");
        }
    }

    /** Threads to compute on, for an option that says so. */
    public static final class Threads implements ITypeConverter<Integer> {
        /** More than four a processor only wait for each other; 64 are had anywhere. */
        public static final int MOST = Math.max(64, 4 * Runtime.getRuntime().availableProcessors());

        @Override
        public Integer convert(String text) {
            if (text.matches("\\d{1,9}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MOST) {
                return Integer.valueOf(text);
            }
            throw new TypeConversionException("'" + text + "' is not a whole number of 1 to " + MOST);
        }
    }

    /** A port to listen on, for an option that says so. */
    public static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (text.matches("\\d{1,5}") && Integer.parseInt(text) <= HIGHEST_PORT) {
                return Integer.valueOf(text);
            }
            throw new TypeConversionException("'" + text + "' is not a port from 0 to " + HIGHEST_PORT);
        }
    }

    /** Not a number where there is none. */
    private static float number(String text) {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    /** A file or folder. An empty name, as an unset shell variable leaves it, would be the working folder. */
    private static Path location(String text) {
        try {
            if (!text.isEmpty()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            // Refused below, like no name at all.
        }
        throw new TypeConversionException("'" + text + "' is not the name of a file or folder");
    }

    private static ElementType elementType(String id) {
        return Stream.of(ElementType.values())
                .filter(type -> type.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "'" + id + "' is no type of weights, expected one of float32, bf16, int8"));
    }

    private static Engine engine(String id) {
        return Engine.byId(id)
                .orElseThrow(() ->
                        new TypeConversionException("'" + id + "' is no engine, expected one of " + Engine.ids()));
    }
}
