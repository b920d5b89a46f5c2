package retort.spark;

import java.io.Serializable;
import java.util.Locale;

/**
 * How images are labelled.
 *
 * @param image the column that they are in
 * @param type what logits are rounded to
 * @param onError what becomes of a row that can't be read
 * @param batch images that go through the model at once
 */
public record Labelling(String image, Type type, OnError onError, int batch) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** What logits are rounded to. */
    public enum Type {
        /** Arrays of floats. */
        FLOAT32,
        /** Bytes, little-endian: Spark has no column of such numbers. */
        FLOAT16;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What becomes of a row that can't be read. */
    public enum OnError {
        /** It is kept without logits, with what is wrong in the column {@code errors}. */
        KEEP,
        /** The job stops. */
        FAIL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Float32 of the column {@code image}; the first bad row stops the job. */
    public static Labelling standard() {
        return new Labelling("image", Type.FLOAT32, OnError.FAIL, 1000);
    }
}
