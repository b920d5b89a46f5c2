package retort.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import retort.kernels.op.Shape;

/** What Spark's reader of images stores, as networks see it. */
class PixelsTest {
    private static final StructType SCHEMA = new StructType()
            .add("height", DataTypes.IntegerType)
            .add("width", DataTypes.IntegerType)
            .add("nChannels", DataTypes.IntegerType)
            .add("data", DataTypes.BinaryType);

    @Test
    void redComesFirstAndAlphaLast() throws Pixels.BadRowException {
        assertArrayEquals(new float[] {0.2f, 0.4f, 0.6f}, copied(1, 1, 3, 153, 102, 51), 1e-6f);
        assertArrayEquals(new float[] {0.2f, 0.4f, 0.6f, 1}, copied(1, 1, 4, 153, 102, 51, 255), 1e-6f);
        assertArrayEquals(new float[] {0.2f, 1}, copied(1, 2, 1, 51, 255), 1e-6f);
    }

    @Test
    void aPictureOfAnotherShapeIsBadThoughItHasAsManyPixels() {
        Pixels.BadRowException bad = assertThrows(
                Pixels.BadRowException.class,
                () -> Pixels.DECODED.copy(picture(1, 4, 1, 1, 2, 3, 4), Shape.of(2, 2, 1), new float[4], 0));
        assertEquals("is 1 x 4 x 1, expected 2 x 2 x 1", bad.getMessage());
    }

    private static float[] copied(int height, int width, int channels, int... levels) throws Pixels.BadRowException {
        float[] to = new float[levels.length];
        Pixels.DECODED.copy(picture(height, width, channels, levels), Shape.of(height, width, channels), to, 0);
        return to;
    }

    private static Row picture(int height, int width, int channels, int... levels) {
        byte[] data = new byte[levels.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) levels[i];
        }
        return new GenericRowWithSchema(new Object[] {height, width, channels, data}, SCHEMA);
    }
}
