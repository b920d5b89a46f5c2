package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Images of a table by their numbers, each moved by whole pixels; where a move leaves nothing there is 0:
 *
 * <pre>
 * y[i][r][c] = x[images[i]][r - moves[i][0]][c - moves[i][1]],  0 where there is no such pixel
 * </pre>
 *
 * <p>x is table x height x width x channels, y is count x height x width x channels, both of any shape with as many
 * elements; moves is count x 2: down, then right. Rows of a matrix are images of one pixel. Images and moves are stored
 * as float32 (exact to 2^24) and cut to whole numbers; an image that is not in the table, such as -1, is all 0. Exact.
 */
public record GatherSpec(int table, int height, int width, int channels, int count) implements Spec {
    /** Images in a table, at most: float32 has all whole numbers up to here. */
    public static final int MOST_IMAGES = 1 << 24;

    private static final Pattern ID = SpecId.pattern("{count}of{table}:{height}x{width}x{channels}");

    public GatherSpec {
        Require.positive("gather", "count", count);
        if (table > MOST_IMAGES) {
            throw new IllegalArgumentException(
                    "gather: a table of " + table + " images, expected at most " + MOST_IMAGES);
        }
        Shape.of(table, height, width, channels);
        Shape.of(count, height, width, channels);
    }

    /** Elements of an image. */
    public int imageSize() {
        return height * width * channels;
    }

    public Shape xShape() {
        return Shape.of(table, height, width, channels);
    }

    public Shape imagesShape() {
        return Shape.of(count);
    }

    public Shape movesShape() {
        return Shape.of(count, 2);
    }

    public Shape yShape() {
        return Shape.of(count, height, width, channels);
    }

    /** Whether anything is left of an image after a move: else its y is 0. */
    public boolean shows(float image, float down, float right) {
        return image > -1 && image < table && Math.abs(down) < height && Math.abs(right) < width;
    }

    static GatherSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "COUNTofTABLE:28x28x1");
        return new GatherSpec(
                fields.integer("table"),
                fields.integer("height"),
                fields.integer("width"),
                fields.integer("channels"),
                fields.integer("count"));
    }

    @Override
    public Op op() {
        return Op.GATHER;
    }

    @Override
    public String id() {
        return "gather:" + count + "of" + table + ":" + height + "x" + width + "x" + channels;
    }

    @Override
    public List<Operand> operands() {
        int farthest = Math.max(height, width) - 1;
        return List.of(
                Operand.read("x", xShape()).ofAnyShape(),
                Operand.read("images", imagesShape()).holding(Operand.Content.labels(table)),
                Operand.read("moves", movesShape()).holding(Operand.Content.moves(farthest)),
                Operand.written("y", yShape()).ofAnyShape());
    }

    /** Of the table what is taken. */
    @Override
    public long bytes() {
        return (2L * imageSize() + 3) * count * ELEMENT_BYTES;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(count, Part.ROWS, random);
        return new Part(
                new GatherSpec(table, height, width, channels, some.length),
                List.of(Part.all(xShape().size()), some, Part.rows(some, 2), Part.rows(some, imageSize())));
    }
}
