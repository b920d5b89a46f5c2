package retort.driver.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import retort.kernels.Engine;

/** Values of options, refused in words. */
public final class Converters {
    private Converters() {}

    /** A whole number from 1 up. */
    public static final class Positive implements ITypeConverter<Integer> {
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

    /** A finite number above 0. */
    public static final class PositiveReal implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            try {
                float value = Float.parseFloat(text);
                if (value > 0 && Float.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Refused below, like a number out of range.
            }
            throw new TypeConversionException("'" + text + "' is not a number above 0");
        }
    }

    /** A number from 0 to 1. */
    public static final class Share implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            try {
                float value = Float.parseFloat(text);
                if (value >= 0 && value <= 1) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Refused below, like a number out of range.
            }
            throw new TypeConversionException("'" + text + "' is not a number from 0 to 1");
        }
    }

    /** A file or folder. An empty name, as an unset shell variable leaves it, would be the working folder. */
    public static final class Location implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            try {
                if (!text.isEmpty()) {
                    return Path.of(text);
                }
            } catch (InvalidPathException e) {
                // Refused below, like no name at all.
            }
            throw new TypeConversionException("'" + text + "' is not the name of a file or folder");
        }
    }

    /** An engine by its name. */
    public static final class EngineConverter implements ITypeConverter<Engine> {
        @Override
        public Engine convert(String id) {
            return Engine.byId(id)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + id + "' is no engine, expected one of " + Engine.ids()));
        }
    }
}
