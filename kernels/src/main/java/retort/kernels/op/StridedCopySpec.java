package retort.kernels.op;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A block of x goes to a block of y, each at strides of its own; the rest of y stays as it is. Over axes 1 .. n of
 * extents e:
 *
 * <pre>
 * y[to + i1 yStride1 + ... + in yStrideN] = x[from + i1 xStride1 + ... + in xStrideN],  0 &lt;= ik &lt; ek
 * </pre>
 *
 * <p>Other orders of the axes (NCHW to NHWC), tensors side by side in a larger one, an image in a frame, a cut-out, and
 * with an x stride of 0 an element for many: all are this. x has xSize elements, y has ySize, of any shape. Exact.
 *
 * @param from index in x of the block's first element
 * @param to index in y of the block's first element
 * @param axes at most {@link #MOST_AXES}; no element of y may be written twice
 */
public record StridedCopySpec(int xSize, int ySize, int from, int to, List<Axis> axes) implements Spec {
    /** Axes that kernels loop over. */
    public static final int MOST_AXES = 6;

    private static final String AXIS = "[0-9]+/[0-9]+/[0-9]+";
    private static final Pattern ID =
            SpecId.pattern("{x}from{from}y{y}to{to}:(?<axes>" + AXIS + "(?:," + AXIS + "){0," + (MOST_AXES - 1) + "})");

    /**
     * A loop of the block.
     *
     * @param extent iterations
     * @param xStride elements from one to the next in x, 0 or more
     * @param yStride likewise in y, 1 or more
     */
    public record Axis(int extent, int xStride, int yStride) {
        public Axis {
            Require.positive("strided-copy", "extent", extent);
            Require.positive("strided-copy", "y stride", yStride);
            if (xStride < 0) {
                throw new IllegalArgumentException("strided-copy: x stride must be 0 or more, got " + xStride);
            }
        }

        /** Whether this axis around {@code inner} is one longer axis. */
        private boolean continues(Axis inner) {
            return xStride == (long) inner.extent * inner.xStride && yStride == (long) inner.extent * inner.yStride;
        }

        private String text() {
            return extent + "/" + xStride + "/" + yStride;
        }
    }

    public StridedCopySpec {
        axes = List.copyOf(axes);
        String op = "strided-copy";
        Require.positive(op, "size of x", xSize);
        Require.positive(op, "size of y", ySize);
        if (axes.isEmpty() || axes.size() > MOST_AXES) {
            throw new IllegalArgumentException(op + ": 1 to " + MOST_AXES + " axes are copied, got " + axes.size());
        }
        long xEnd = from;
        long yEnd = to;
        for (Axis axis : axes) {
            xEnd += (axis.extent - 1L) * axis.xStride;
            yEnd += (axis.extent - 1L) * axis.yStride;
        }
        if (from < 0 || xEnd >= xSize || to < 0 || yEnd >= ySize) {
            throw new IllegalArgumentException(op + ": a block from " + from + " to " + xEnd + " of x and from " + to
                    + " to " + yEnd + " of y, expected them in " + xSize + " and " + ySize + " elements");
        }
        long reached = 0;
        List<Axis> byStride = axes.stream()
                .filter(axis -> axis.extent > 1)
                .sorted(Comparator.comparingInt(Axis::yStride))
                .toList();
        for (Axis axis : byStride) {
            if (axis.yStride <= reached) {
                throw new IllegalArgumentException(
                        op + ": axes " + axes + " may write elements of y twice, expected each once");
            }
            reached += (axis.extent - 1L) * axis.yStride;
        }
    }

    /**
     * The same copy with as few axes as do it, those that y has outermost first: axes of one element are left out, and
     * those that follow each other in both tensors become one.
     *
     * @param axes in any order and number
     * @throws IllegalArgumentException if more than {@link #MOST_AXES} are left
     */
    public static StridedCopySpec of(int xSize, int ySize, int from, int to, List<Axis> axes) {
        List<Axis> sorted = axes.stream()
                .filter(axis -> axis.extent > 1)
                .sorted(Comparator.comparingInt(Axis::yStride).reversed())
                .toList();
        List<Axis> merged = new ArrayList<>();
        for (Axis axis : sorted) {
            if (!merged.isEmpty() && merged.getLast().continues(axis)) {
                Axis outer = merged.removeLast();
                merged.add(new Axis(outer.extent * axis.extent, axis.xStride, axis.yStride));
            } else {
                merged.add(axis);
            }
        }
        return new StridedCopySpec(xSize, ySize, from, to, merged.isEmpty() ? List.of(new Axis(1, 1, 1)) : merged);
    }

    /** Elements that are copied. */
    public int count() {
        int count = 1;
        for (Axis axis : axes) {
            count *= axis.extent;
        }
        return count;
    }

    static StridedCopySpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "12from0y12to0:3/1/4,4/3/1");
        List<Axis> axes = new ArrayList<>();
        for (String axis : fields.text("axes").split(",")) {
            String[] numbers = axis.split("/");
            axes.add(new Axis(id.integer(numbers[0]), id.integer(numbers[1]), id.integer(numbers[2])));
        }
        return new StridedCopySpec(
                fields.integer("x"), fields.integer("y"), fields.integer("from"), fields.integer("to"), axes);
    }

    @Override
    public Op op() {
        return Op.STRIDED_COPY;
    }

    @Override
    public String id() {
        return "strided-copy:" + xSize + "from" + from + "y" + ySize + "to" + to + ":"
                + String.join(",", axes.stream().map(Axis::text).toList());
    }

    @Override
    public List<Operand> operands() {
        return List.of(
                Operand.read("x", Shape.of(xSize)).ofAnyShape(),
                Operand.updated("y", Shape.of(ySize)).ofAnyShape());
    }

    /** Each element that is copied, read and written. */
    @Override
    public long bytes() {
        return 2L * ELEMENT_BYTES * count();
    }
}
