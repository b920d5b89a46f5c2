package retort.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StructType;
import retort.kernels.op.Shape;
import retort.nn.Network;

/** How a column holds images. */
enum Pixels implements Serializable {
    /** A byte a number, 0 to 255, which networks see as 0 to 1. */
    LEVELS {
        @Override
        void copy(Object value, Shape expected, float[] to, int offset) throws BadRowException {
            byte[] levels = (byte[]) value;
            checkCount(levels.length, expected, "bytes");
            for (int i = 0; i < levels.length; i++) {
                to[offset + i] = (levels[i] & 0xFF) / WHITE;
            }
        }
    },
    /** Numbers that networks see as they are. */
    FLOATS {
        @Override
        void copy(Object value, Shape expected, float[] to, int offset) throws BadRowException {
            List<?> numbers = scala.jdk.javaapi.CollectionConverters.asJava((scala.collection.Seq<?>) value);
            checkCount(numbers.size(), expected, "numbers");
            int i = 0;
            for (Object number : numbers) {
                if (number == null || !Float.isFinite((Float) number)) {
                    throw new BadRowException("has " + number + " at element " + i + ", expected finite numbers");
                }
                to[offset + i++] = (Float) number;
            }
        }
    },
    /** What Spark's own reader of images makes: rows of pixels, blue before green before red. */
    DECODED {
        @Override
        void copy(Object value, Shape expected, float[] to, int offset) throws BadRowException {
            Row image = (Row) value;
            int height = image.getAs("height");
            int width = image.getAs("width");
            int channels = image.getAs("nChannels");
            byte[] levels = image.getAs("data");
            if (height < 1 || width < 1 || channels < 1) {
                throw new BadRowException("can't be decoded");
            }
            Shape shape = Shape.of(height, width, channels);
            if (!Network.takes(expected, shape)) {
                throw new BadRowException("is " + shape + ", expected " + expected);
            }
            for (int from = 0; from < levels.length; from += channels) {
                for (int c = 0; c < channels; c++) {
                    // Alpha, where there is one, stays the last.
                    int stored = channels >= BLUE_GREEN_RED && c < BLUE_GREEN_RED ? BLUE_GREEN_RED - 1 - c : c;
                    to[offset + from + c] = (levels[from + stored] & 0xFF) / WHITE;
                }
            }
        }
    };

    private static final float WHITE = 255;
    private static final int BLUE_GREEN_RED = 3;

    /** Why a row can't be labelled. */
    static final class BadRowException extends Exception {
        private static final long serialVersionUID = 1L;

        BadRowException(String problem) {
            super(problem);
        }
    }

    /** @throws LabellingException if a column of that type holds no images */
    static Pixels of(String column, DataType type) {
        return switch (type) {
            case BinaryType bytes -> LEVELS;
            case ArrayType array when array.elementType() instanceof FloatType -> FLOATS;
            case StructType image
            when List.of(image.fieldNames()).containsAll(List.of("height", "nChannels", "data")) -> DECODED;
            default ->
                throw new LabellingException("the column " + column + " is of type " + type.simpleString()
                        + ", expected binary, array<float> or an image of Spark's reader");
        };
    }

    /** {@code to[offset + p] = number p of the image}, for a network that takes this shape. */
    abstract void copy(Object value, Shape expected, float[] to, int offset) throws BadRowException;

    private static void checkCount(int count, Shape expected, String what) throws BadRowException {
        if (count != expected.size()) {
            throw new BadRowException(
                    "has " + count + " " + what + ", expected " + expected.size() + " for " + expected);
        }
    }
}
